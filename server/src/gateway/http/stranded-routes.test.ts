import {
  bytesToHex,
  composeText,
  decodeChange,
  defaultChangeLimits,
  encodeStatement,
  genesisOf,
  type ChangeHash,
  type OpId,
  type RecordId,
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
import type { PushedChange } from "../../admission/judgement.ts";
import {
  answers,
  expectAccepted,
  membership,
  typeOf,
} from "../../admission/world.test-support.ts";
import { changeIndexTable } from "../../log/log-tables.ts";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

let world: HttpWorld;
let organizationId: RecordId;
let anna: Asker;
let manager: Asker;
let patient: Replica;
beforeEach(async () => {
  world = await createHttpWorld();
  ({ organizationId } = world.world);
  anna = await world.join(["clinician"]);
  manager = await world.join(["clinician", "manager"]);
  patient = await world.newPatient(anna);
});

const listOf = (asker: Pick<Asker, "get">, query = "") =>
  asker.get(`/v1/organizations/${organizationId}/stranded${query}`);
const pathOf = (hash: string) =>
  `/v1/organizations/${organizationId}/stranded/${hash}`;
const reason = "taken over from a colleague who has left";

function hashOf({ bytes }: PushedChange): ChangeHash {
  const change = decodeChange(bytes, defaultChangeLimits);
  if (!change.ok) throw new Error(change.error.reason);
  return change.value.hash;
}

/** Takes somebody's membership away: from then on everything they push is refused, and kept. */
async function deactivate({ member }: Asker): Promise<void> {
  const { admin } = world.world;
  const gone = { ...membership([], []), active: false };
  expectAccepted(await admin.push(admin.sign(member, "membership", gone)));
}

/** What somebody wrote while they were away, pushed after they had lost their membership. */
async function strand(
  who: Asker,
  ...changes: readonly PushedChange[]
): Promise<readonly ChangeHash[]> {
  await deactivate(who);
  const refused = await who.colleague.push(...changes);
  expect(new Set(answers(refused))).toEqual(new Set(["not-permitted"]));
  return changes.map(hashOf);
}

async function changesOf({ recordId }: Replica) {
  const rows = await world.store.read(organizationId, (tx) =>
    tx.scan(changeIndexTable, { prefix: [recordId] }),
  );
  return rows.map(({ value }) => value);
}

describe("the list", () => {
  test("[SW-20] managers and auditors see it, newest first; nobody else, and a stranger no organization", async () => {
    const auditor = await world.join(["auditor"]);
    const nurse = await world.join(["clinician"]);
    const stranger = await world.stranger();
    const written = [
      anna.colleague.setField(patient, "maritalStatus", "M"),
      anna.colleague.addEntry(patient, "notes", note("rang")),
    ];
    const [older, newer] = await strand(anna, ...written);
    for (const reader of [manager, auditor]) {
      const { status, body } = await listOf(reader);
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
    expect(await listOf(nurse)).toMatchObject({
      status: 403,
      body: { code: "not-permitted" },
    });
    for (const outsider of [stranger, anna])
      expect(await listOf(outsider)).toMatchObject({
        status: 404,
        body: { code: "organization-unknown" },
      });
  });

  test("[SW-20] only of record types and teams that the reader may read; the others are not there", async () => {
    const { admin, teamId } = world.world;
    const other = admin.create(typeOf("team"), { parentId: organizationId });
    expectAccepted(await admin.push(other.pushed));
    const elsewhere = await world.join(["manager"], {
      teamIds: [other.replica.recordId],
    });
    const house = await world.join(["admin"]);
    const appointment = anna.colleague.create(typeOf("appointment"), {
      parentId: teamId,
    });
    expectAccepted(await anna.colleague.push(appointment.pushed));
    const [ofPatient, ofTeam] = await strand(
      anna,
      anna.colleague.setField(patient, "maritalStatus", "M"),
      anna.colleague.setField(appointment.replica, "attendance", "arrived"),
    );
    const seenBy = async (asker: Asker) =>
      (await listOf(asker)).body.stranded.map(
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
        const unseen = await reader.get(`${pathOf(hash ?? "")}${path}`);
        const absent = await reader.get(`${pathOf("0".repeat(64))}${path}`);
        expect(unseen.status).toBe(404);
        expect(unseen.body).toEqual(absent.body);
        expect(unseen.body.code).toBe("stranded-unknown");
      }
  });

  test("[SW-20] about a record that is not here it belongs where its refused creation says", async () => {
    const house = await world.join(["admin"]);
    const technician = await world.join(["technician", "auditor"]);
    const created = anna.colleague.create(typeOf("patient"), {
      parentId: organizationId,
    });
    const edit = anna.colleague.setField(created.replica, "maritalStatus", "M");
    const claim = technician.colleague.create(typeOf("team"), {
      parentId: organizationId,
      recordId: created.replica.recordId,
    });
    await strand(anna, created.pushed, edit);
    const { body } = await listOf(manager);
    expect(
      body.stranded.map(({ recordType }: { recordType: string }) => recordType),
    ).toEqual(["patient", "patient"]);

    // Somebody else's false claim about the record does not open it to those who may read what is claimed.
    expect(answers(await technician.colleague.push(claim.pushed))).toEqual([
      "not-permitted",
    ]);
    const ofHouse = (await listOf(house)).body.stranded;
    expect(ofHouse).toMatchObject([{ hash: hashOf(claim.pushed) }]);
    expect((await house.get(pathOf(hashOf(edit)))).status).toBe(404);
  });

  test("[SW-20] what nobody can read is shown to whoever may read every type, with its bytes", async () => {
    const house = await world.join(["admin"]);
    const bytes = new Uint8Array([1, 2, 3]);
    const recordId = anna.colleague.newRecordId();
    const [verdict] = await anna.colleague.push({ recordId, bytes });
    expect((await listOf(house)).body.stranded).toEqual([]);
    const { body } = await listOf(manager);
    expect(body.stranded).toMatchObject([
      { hash: verdict?.hash, recordType: null, code: "chunk-malformed" },
    ]);
    const path = pathOf(verdict?.hash ?? "");
    expect((await manager.get(path)).body).toMatchObject({
      tried: null,
      base: [],
      deviceTimeMs: null,
    });
    expect((await manager.get(`${path}/export`)).body.bytes).toBe("010203");
    expect(await manager.post(`${path}/adopt`, { reason })).toMatchObject({
      status: 409,
      body: { code: "adoption-refused", refusal: "chunk-malformed" },
    });
  });

  test("[SW-20] it goes on page by page", async () => {
    const edits = ["M", "S", "D"].map((status) =>
      anna.colleague.setField(patient, "maritalStatus", status),
    );
    const hashes = await strand(anna, ...edits);
    const pages: string[][] = [];
    let query = "?limit=2";
    for (let page = 0; page < 2; page += 1) {
      const { body } = await listOf(manager, query);
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
    const [married, widowed, signed] = await strand(
      anna,
      anna.colleague.setField(patient, "maritalStatus", "M"),
      anna.colleague.setField(patient, "maritalStatus", "W"),
      anna.colleague.sign(patient, "prescribing", more),
    );
    const read = async (hash: ChangeHash | undefined) =>
      (await manager.get(pathOf(hash ?? ""))).body;
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
    const [, typed] = await strand(
      technician,
      { recordId, bytes: genesis.bytes },
      { recordId, bytes },
    );
    const { body } = await manager.get(pathOf(typed ?? ""));
    expect(body.typed).toEqual([
      { target: "description", inserted: "no power", deletedCount: 0 },
    ]);
    const adopted = await manager.post(`${pathOf(typed ?? "")}/adopt`, {
      reason,
    });
    expect(adopted.status).toBe(200);
    const record = await manager.get(`/v1/records/${recordId}`);
    expect(record.body.fields.description).toBe("no power");
  });

  test("[SW-24] it can be taken along with its bytes; every look is in the chain of reads", async () => {
    const edit = anna.colleague.setField(patient, "maritalStatus", "M");
    const [hash = ""] = await strand(anna, edit);
    await listOf(manager);
    const { body } = await manager.get(`${pathOf(hash)}/export`);
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

describe("adopting", () => {
  const adopt = (who: Asker, hash: string | undefined, why = reason) =>
    who.post(`${pathOf(hash ?? "")}/adopt`, { reason: why });

  test("[SW-22] it is composed again under the adopter's name, at what its author had seen: what came meanwhile is in conflict", async () => {
    const seen = patient.index.heads();
    const ibuprofen = prescribing({ [second]: medication("ibuprofen") });
    const lost = anna.colleague.sign(patient, "prescribing", ibuprofen, {
      heads: seen,
    });
    const aspirin = prescribing({ [first]: medication("aspirin") });
    expectAccepted(
      await manager.colleague.push(
        manager.colleague.sign(patient, "prescribing", aspirin, {
          heads: seen,
        }),
      ),
    );
    const [hash] = await strand(anna, lost);
    const { status, body } = await adopt(manager, hash);
    expect(status).toBe(200);
    expect(body.state).toMatchObject({
      kind: "adopted",
      byMemberId: manager.memberId,
      reason,
    });
    const adopted = (await changesOf(patient)).at(-1);
    expect(adopted).toMatchObject({
      hash: body.state.as,
      deps: seen,
      memberId: manager.memberId,
    });
    expect(adopted?.deviceId).not.toBe(manager.colleague.signer.deviceId);
    const record = await manager.get(`/v1/records/${patient.recordId}`);
    expect(record.body.groups.prescribing).toMatchObject({
      status: "conflict",
      candidates: expect.arrayContaining([
        expect.objectContaining({ content: aspirin }),
        expect.objectContaining({ content: ibuprofen }),
      ]),
    });
    const { body: history } = await manager.get(
      `/v1/records/${patient.recordId}/history`,
    );
    expect(history.entries.at(-1).edits[0].attribution).toMatchObject({
      memberId: manager.memberId,
      reason,
    });
  });

  test("[SW-22] a record and what builds on it, one after the other; not what builds on what is not adopted", async () => {
    const created = anna.colleague.create(typeOf("patient"), {
      parentId: organizationId,
    });
    const edit = anna.colleague.setField(created.replica, "maritalStatus", "M");
    const [creation, change] = await strand(anna, created.pushed, edit);
    expect(await adopt(manager, change)).toMatchObject({
      status: 409,
      body: { code: "adoption-refused", refusal: "depends-on-refused" },
    });
    expect((await adopt(manager, creation)).status).toBe(200);
    expect((await adopt(manager, change)).status).toBe(200);
    const { recordId } = created.replica;
    const { body } = await manager.get(`/v1/records/${recordId}`);
    expect(body).toMatchObject({
      createdByMemberId: manager.memberId,
      fields: { maritalStatus: "M" },
    });
  });

  test("[SW-22] it is judged by the adopter's rights; what is refused leaves nothing of the attempt", async () => {
    const office = await world.join(["manager"]);
    const auditor = await world.join(["auditor"]);
    const signed = anna.colleague.sign(patient, "prescribing", prescribing({}));
    const [hash] = await strand(anna, signed);
    const before = await world.audit();
    expect(await adopt(office, hash)).toMatchObject({
      status: 409,
      body: { code: "adoption-refused", refusal: "not-permitted" },
    });
    expect(await adopt(auditor, hash)).toMatchObject({
      status: 403,
      body: { code: "not-permitted" },
    });
    expect(await adopt(manager, hash, "")).toMatchObject({ status: 400 });
    expect((await listOf(manager)).body.stranded).toMatchObject([
      { hash, ...anna.colleague.signer, state: { kind: "open" } },
    ]);
    expect(await world.audit()).toEqual(before);
  });

  test("[SW-22] what names statements that nobody knows is not said again", async () => {
    const attribution = anna.colleague.attribution();
    const content = prescribing({ [first]: medication("aspirin") });
    const set = encodeStatement({ content, attribution });
    const pred = [`1@${"0a".repeat(16)}` as OpId];
    const lie = anna.colleague.compose(patient, [
      { key: "prescribing", set, pred },
    ]);
    expect(answers(await anna.colleague.push(lie))).toEqual(["pred-wrong"]);
    expect(await adopt(manager, hashOf(lie))).toMatchObject({
      status: 409,
      body: { refusal: "depends-on-refused" },
    });
  });

  test("[SW-23] it is adopted once: by whoever was first, however often and by whomever it is asked", async () => {
    const other = await world.join(["manager"]);
    const [hash] = await strand(
      anna,
      anna.colleague.addEntry(patient, "notes", note("rang")),
    );
    const [one, two] = await Promise.all([
      adopt(manager, hash),
      adopt(other, hash),
    ]);
    const again = await adopt(other, hash);
    for (const { status } of [one, two, again]) expect(status).toBe(200);
    expect(two.body).toEqual(one.body);
    expect(again.body).toEqual(one.body);
    expect(await changesOf(patient)).toHaveLength(2);
    const { as, byMemberId } = one.body.state;
    const adopted = (await world.audit()).filter(
      ({ event }) => event === "work-adopted",
    );
    expect(adopted).toEqual([
      {
        event: "work-adopted",
        recordId: patient.recordId,
        hash,
        ...anna.colleague.signer,
        adoptedBy: { memberId: byMemberId, deviceId: expect.any(String) },
        as,
      },
    ]);
    expect((await listOf(manager)).body.stranded).toEqual([]);
    expect((await listOf(manager, "?state=all")).body.stranded).toMatchObject([
      { hash, state: { kind: "adopted", as } },
    ]);
  });
});

describe("dismissing", () => {
  const dismiss = (who: Asker, hash: string | undefined) =>
    who.post(`${pathOf(hash ?? "")}/dismiss`, { reason: "typed by mistake" });

  test("[SW-24] it leaves the list, is kept, and can still be adopted", async () => {
    const auditor = await world.join(["auditor"]);
    const [hash] = await strand(
      anna,
      anna.colleague.setField(patient, "maritalStatus", "M"),
    );
    expect((await dismiss(auditor, hash)).status).toBe(403);
    const dismissed = await dismiss(manager, hash);
    expect(dismissed.body.state).toMatchObject({
      kind: "dismissed",
      byMemberId: manager.memberId,
      reason: "typed by mistake",
    });
    expect((await dismiss(manager, hash)).body).toEqual(dismissed.body);
    expect((await listOf(manager)).body.stranded).toEqual([]);
    expect((await world.audit()).filter(isAbout(hash))).toEqual([
      expect.objectContaining({ event: "change-refused" }),
      {
        event: "work-dismissed",
        recordId: patient.recordId,
        hash,
        ...anna.colleague.signer,
        dismissedBy: manager.memberId,
      },
    ]);
    const adopted = await manager.post(`${pathOf(hash ?? "")}/adopt`, {
      reason,
    });
    expect(adopted.status).toBe(200);
    expect((await dismiss(manager, hash)).body.state.kind).toBe("adopted");
  });
});

function isAbout(hash: string | undefined) {
  return (entry: object) => "hash" in entry && entry.hash === hash;
}
