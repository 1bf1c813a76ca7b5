import {
  bytesToHex,
  composeText,
  genesisOf,
  type ChangeHash,
} from "@suture/schema";
import { beforeEach, describe, expect, test } from "vitest";

import type { Replica } from "../../admission/author.test-support.ts";
import {
  first,
  medication,
  note,
  prescribing,
  second,
} from "../../admission/contents.test-support.ts";
import {
  answers,
  expectAccepted,
  typeOf,
} from "../../admission/world.test-support.ts";
import type { Asker } from "./http-world.test-support.ts";
import {
  createStrandedWorld,
  hashOf,
  type StrandedWorld,
} from "./stranded.test-support.ts";

let world: StrandedWorld;
let anna: Asker;
let manager: Asker;
let patient: Replica;
beforeEach(async () => {
  world = await createStrandedWorld();
  ({ anna, manager, patient } = world);
});

describe("the list", () => {
  test("[SW-20] managers and auditors see it, newest first; nobody else, and a stranger no organization", async () => {
    const auditor = await world.join(["auditor"]);
    const nurse = await world.join(["clinician"]);
    const stranger = await world.stranger();
    const written = [
      anna.colleague.setField(patient, "maritalStatus", "M"),
      anna.colleague.addEntry(patient, "notes", note("rang")),
    ];
    const [older, newer] = await world.strand(anna, ...written);
    for (const reader of [manager, auditor]) {
      const { status, body } = await world.list(reader);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        next: null,
        stranded: [
          { hash: newer, code: "not-permitted", state: { kind: "open" } },
          {
            hash: older,
            recordId: patient.recordId,
            recordType: "patient",
            ...anna.colleague.signer,
            refusedAtMs: expect.any(Number),
            message: expect.stringMatching(/\w/),
          },
        ],
      });
    }
    expect(await world.list(nurse)).toMatchObject({
      status: 403,
      body: { code: "not-permitted" },
    });
    for (const outsider of [stranger, anna])
      expect(await world.list(outsider)).toMatchObject({
        status: 404,
        body: { code: "organization-unknown" },
      });
  });

  test("[SW-20] only of record types and teams that the reader may read; the others are not there", async () => {
    const { admin, teamId } = world.world;
    const other = admin.create(typeOf("team"), {
      parentId: world.organizationId,
    });
    expectAccepted(await admin.push(other.pushed));
    const elsewhere = await world.join(["manager"], {
      teamIds: [other.replica.recordId],
    });
    const house = await world.join(["admin"]);
    const appointment = anna.colleague.create(typeOf("appointment"), {
      parentId: teamId,
    });
    expectAccepted(await anna.colleague.push(appointment.pushed));
    const [ofPatient, ofTeam] = await world.strand(
      anna,
      anna.colleague.setField(patient, "maritalStatus", "M"),
      anna.colleague.setField(appointment.replica, "attendance", "arrived"),
    );
    const seenBy = async (asker: Asker) =>
      (await world.list(asker)).body.stranded.map(
        ({ hash }: { hash: string }) => hash,
      );
    expect(await seenBy(manager)).toEqual([ofTeam, ofPatient]);
    expect(await seenBy(elsewhere)).toEqual([ofPatient]);
    expect(await seenBy(house)).toEqual([]);
    for (const [reader, hash] of [
      [elsewhere, ofTeam],
      [house, ofPatient],
    ] as const)
      for (const path of ["", "/export"]) {
        const unseen = await reader.get(world.pathOf(hash, path));
        const absent = await reader.get(world.pathOf("0".repeat(64), path));
        expect(unseen.status).toBe(404);
        expect(unseen.body).toEqual(absent.body);
        expect(unseen.body.code).toBe("stranded-unknown");
      }
  });

  test("[SW-20] about a record that is not here it belongs where its refused creation says", async () => {
    const house = await world.join(["admin"]);
    const technician = await world.join(["technician", "auditor"]);
    const created = anna.colleague.create(typeOf("patient"), {
      parentId: world.organizationId,
    });
    const edit = anna.colleague.setField(created.replica, "maritalStatus", "M");
    const claim = technician.colleague.create(typeOf("team"), {
      parentId: world.organizationId,
      recordId: created.replica.recordId,
    });
    await world.strand(anna, created.pushed, edit);
    const { body } = await world.list(manager);
    expect(
      body.stranded.map(({ recordType }: { recordType: string }) => recordType),
    ).toEqual(["patient", "patient"]);

    // Somebody else's false claim about the record does not open it to those who may read what is claimed.
    expect(answers(await technician.colleague.push(claim.pushed))).toEqual([
      "not-permitted",
    ]);
    const ofHouse = (await world.list(house)).body.stranded;
    expect(ofHouse).toMatchObject([{ hash: hashOf(claim.pushed) }]);
    expect((await house.get(world.pathOf(hashOf(edit)))).status).toBe(404);
  });

  test("[SW-20] what nobody can read is shown to whoever may read every type, with its bytes", async () => {
    const house = await world.join(["admin"]);
    const bytes = new Uint8Array([1, 2, 3]);
    const recordId = anna.colleague.newRecordId();
    const [verdict] = await anna.colleague.push({ recordId, bytes });
    expect((await world.list(house)).body.stranded).toEqual([]);
    const { body } = await world.list(manager);
    expect(body.stranded).toMatchObject([
      { hash: verdict?.hash, recordType: null, code: "chunk-malformed" },
    ]);
    const path = world.pathOf(verdict?.hash);
    expect((await manager.get(path)).body).toMatchObject({
      tried: null,
      base: [],
      deviceTimeMs: null,
    });
    expect((await manager.get(`${path}/export`)).body.bytes).toBe("010203");
    expect(await world.adopt(manager, verdict?.hash)).toMatchObject({
      status: 409,
      body: { code: "adoption-refused", refusal: "chunk-malformed" },
    });
  });

  test("[SW-20] it goes on page by page", async () => {
    const edits = ["M", "S", "D"].map((status) =>
      anna.colleague.setField(patient, "maritalStatus", status),
    );
    const hashes = await world.strand(anna, ...edits);
    const pages: string[][] = [];
    let query = "?limit=2";
    for (let page = 0; page < 2; page += 1) {
      const { body } = await world.list(manager, query);
      pages.push(body.stranded.map(({ hash }: { hash: string }) => hash));
      query = `?limit=2&before=${body.next}`;
    }
    expect(pages.flat()).toEqual(hashes.toReversed());
  });
});

describe("one piece of work", () => {
  test("[SW-21] says what was tried, from what to what, over what was refused before it, on what base", async () => {
    const held = prescribing({ [first]: medication("aspirin") });
    expectAccepted(
      await anna.colleague.push(
        anna.colleague.setField(patient, "maritalStatus", "S"),
        anna.colleague.sign(patient, "prescribing", held),
      ),
    );
    const base = patient.index.heads();
    const more = prescribing({
      [first]: medication("aspirin"),
      [second]: medication("ibuprofen"),
    });
    const [married, widowed, signed] = await world.strand(
      anna,
      anna.colleague.setField(patient, "maritalStatus", "M"),
      anna.colleague.setField(patient, "maritalStatus", "W"),
      anna.colleague.sign(patient, "prescribing", more),
    );
    const read = async (hash: ChangeHash | undefined) =>
      (await manager.get(world.pathOf(hash))).body;
    expect(await read(married)).toMatchObject({
      base,
      deviceTimeMs: 1_700_000_000_000,
      tried: [
        { kind: "value", target: "maritalStatus", before: ["S"], after: "M" },
      ],
    });
    expect(await read(widowed)).toMatchObject({
      base: [married],
      tried: [{ target: "maritalStatus", before: ["M"], after: "W" }],
    });
    expect(await read(signed)).toMatchObject({
      tried: [
        {
          kind: "statement",
          target: "prescribing",
          attribution: { memberId: anna.memberId },
          changes: [
            {
              part: "medications",
              entryId: second,
              before: [],
              after: medication("ibuprofen"),
            },
          ],
        },
      ],
    });
  });

  test("[SW-21] of a text it says what was typed", async () => {
    const technician = await world.join(["technician"]);
    const type = typeOf("serviceJob");
    const job = technician.colleague.create(type, {
      parentId: world.world.teamId,
    });
    expectAccepted(await technician.colleague.push(job.pushed));
    const genesis = genesisOf(type, "description");
    const bytes = composeText({
      actor: technician.colleague.newActor(),
      changes: [job.pushed.bytes, genesis.bytes],
      type,
      name: "description",
      text: "no power",
      timeMs: 0,
    });
    if (bytes === null) throw new Error("nothing was typed");
    const { recordId } = job.pushed;
    const [, typed] = await world.strand(
      technician,
      { recordId, bytes: genesis.bytes },
      { recordId, bytes },
    );
    const { body } = await manager.get(world.pathOf(typed));
    expect(body.typed).toEqual([
      { target: "description", inserted: "no power", deletedCount: 0 },
    ]);
    const adopted = await world.adopt(manager, typed);
    expect(adopted.status).toBe(200);
    const record = await manager.get(`/v1/records/${recordId}`);
    expect(record.body.fields.description).toBe("no power");
  });

  test("[SW-24] it can be taken along with its bytes; every look is in the chain of reads", async () => {
    const edit = anna.colleague.setField(patient, "maritalStatus", "M");
    const [hash = ""] = await world.strand(anna, edit);
    await world.list(manager);
    const { body } = await manager.get(world.pathOf(hash, "/export"));
    expect(body).toMatchObject({
      format: "suture-stranded-1",
      hash,
      bytes: bytesToHex(edit.bytes),
      tried: [{ target: "maritalStatus" }],
    });
    const notes = (await world.readNotes()).filter(
      (each) => each.kind === "http" && each.what === "stranded",
    );
    expect(notes).toMatchObject(
      Array(2).fill({
        memberId: manager.memberId,
        recordId: patient.recordId,
      }),
    );
  });
});
