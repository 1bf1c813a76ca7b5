import { genesisOf } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  first,
  medication,
  prescribing,
  second,
} from "../../admission/contents.test-support.ts";
import type { Replica } from "../../admission/author.test-support.ts";
import type { PushedChange } from "../../admission/judgement.ts";
import { expectAccepted, typeOf } from "../../admission/world.test-support.ts";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

const aspirin = prescribing({ [first]: medication("aspirin") });
const both = prescribing({
  [first]: medication("aspirin"),
  [second]: medication("ibuprofen"),
});

let world: HttpWorld;
let anna: Asker;
let ben: Asker;
let patient: Replica;
beforeEach(async () => {
  world = await createHttpWorld();
  anna = await world.join(["clinician", "receptionist"]);
  ben = await world.join(["clinician"]);
  patient = await world.newPatient(anna);
});

async function push(asker: Asker, pushed: PushedChange): Promise<void> {
  expectAccepted(await asker.colleague.push(pushed));
}

test("[HT-3] a settled record gives its fields, its groups and who signed them", async () => {
  await push(anna, anna.colleague.setField(patient, "maritalStatus", "M"));
  await push(anna, anna.colleague.sign(patient, "prescribing", aspirin));
  const { status, body, headers } = await ben.get(
    `/v1/records/${patient.recordId}`,
  );
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(body).toMatchObject({
    recordId: patient.recordId,
    recordType: "patient",
    organizationId: world.world.organizationId,
    state: "synced",
    label: "Synced.",
    fields: { maritalStatus: "M" },
    groups: {
      prescribing: {
        status: "settled",
        content: aspirin,
        signatures: [{ attribution: { memberId: anna.memberId } }],
      },
      identity: { status: "settled", signatures: [] },
    },
    openReviews: [],
  });
});

test("[HT-3] out of an open conflict there is no way to a single value", async () => {
  const heads = patient.index.heads();
  const at = { heads, actor: anna.colleague.newActor() };
  const { colleague } = ben;
  const one = anna.colleague.sign(patient, "prescribing", aspirin, at);
  const other = colleague.sign(patient, "prescribing", both, { heads });
  await push(anna, one);
  await push(ben, other);
  const { body } = await anna.get(`/v1/records/${patient.recordId}`);
  expect(body).toMatchObject({
    state: "conflict",
    label: "Conflict — tap to review.",
    groups: { prescribing: { status: "conflict", base: null } },
    openReviews: [expect.any(String)],
  });
  const { prescribing: reading } = body.groups;
  expect(reading).not.toHaveProperty("content");
  expect(reading.candidates).toHaveLength(2);
  expect(reading.safe.medications).toContainEqual(
    expect.objectContaining({ isContested: true, guidance: "do-not-act" }),
  );
});

test("[HT-3] text is given as Automerge merges it", async () => {
  const manager = await world.join(["manager"]);
  const { replica, pushed } = manager.colleague.create(typeOf("serviceJob"), {
    parentId: world.world.teamId,
  });
  await push(manager, pushed);
  const { bytes } = genesisOf(typeOf("serviceJob"), "description");
  await push(manager, { recordId: replica.recordId, bytes });
  const { body } = await manager.get(`/v1/records/${replica.recordId}`);
  expect(body.fields.description).toBe("");
});

test("[HT-2] a record that does not exist and one that may not be seen are the same answer", async () => {
  const other = await createHttpWorld();
  const elsewhere = await other.newPatient(await other.join(["clinician"]));
  const technician = await world.join(["technician"]);
  const stranger = await world.stranger();
  const missing = await anna.get(
    `/v1/records/${world.world.admin.newRecordId()}`,
  );
  expect(missing).toMatchObject({
    status: 404,
    body: { code: "record-unknown" },
  });
  const answers = [
    await technician.get(`/v1/records/${patient.recordId}`),
    await technician.get(`/v1/records/${patient.recordId}/history`),
    await stranger.get(`/v1/records/${patient.recordId}`),
  ];
  if (elsewhere.recordId !== patient.recordId)
    answers.push(await anna.get(`/v1/records/${elsewhere.recordId}`));
  for (const { status, body } of answers)
    expect([status, body]).toEqual([404, missing.body]);
});

test("[HT-4] history tells who, on which device, from what to what, by both clocks, and what was seen", async () => {
  await push(anna, anna.colleague.setField(patient, "maritalStatus", "M"));
  await push(ben, ben.colleague.setField(patient, "maritalStatus", "W"));
  await push(anna, anna.colleague.sign(patient, "prescribing", aspirin));
  const seen = patient.index.heads();
  await push(ben, ben.colleague.sign(patient, "prescribing", both));
  const { body } = await anna.get(`/v1/records/${patient.recordId}/history`);
  expect(body).toMatchObject({
    recordId: patient.recordId,
    recordType: "patient",
    heads: patient.index.heads(),
    next: null,
  });
  const [created, married, widowed, signed, added] = body.entries;
  expect(created).toMatchObject({
    number: 1,
    memberId: anna.memberId,
    deviceId: anna.colleague.signer.deviceId,
    deviceTimeMs: 1_700_000_000_000,
    admittedAtMs: world.timers.now(),
    isHead: false,
    seen: { changes: [], delivered: [], overwrote: [] },
  });
  expect(married.edits).toEqual([
    { kind: "value", target: "maritalStatus", before: [], after: "M" },
  ]);
  expect(widowed.edits).toEqual([
    { kind: "value", target: "maritalStatus", before: ["M"], after: "W" },
  ]);
  expect(signed.edits).toMatchObject([
    {
      kind: "statement",
      target: "prescribing",
      changes: [{ part: "medications", entryId: first, before: [] }],
    },
  ]);
  expect(added).toMatchObject({
    isHead: true,
    memberId: ben.memberId,
    edits: [
      {
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
    seen: {
      changes: seen,
      overwrote: [{ hash: seen[0], deliveredAtMs: null }],
    },
  });
});

test("[HT-4] pages of history join without a gap, and edits keep their before", async () => {
  for (const status of ["M", "D", "W", "S"])
    await push(anna, anna.colleague.setField(patient, "maritalStatus", status));
  const whole = await anna.get(`/v1/records/${patient.recordId}/history`);
  const entries: unknown[] = [];
  for (let after: number | null = 0; after !== null;) {
    const { body } = await anna.get(
      `/v1/records/${patient.recordId}/history?after=${after}&limit=2`,
    );
    entries.push(...body.entries);
    after = body.next;
  }
  expect(entries).toEqual(whole.body.entries);
  const malformed = await anna.get(
    `/v1/records/${patient.recordId}/history?limit=0`,
  );
  expect(malformed).toMatchObject({
    status: 400,
    body: { code: "request-invalid" },
  });
});
