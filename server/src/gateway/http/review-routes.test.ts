import { organizationScope, type Content } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  first,
  medication,
  prescribing,
  second,
} from "../../admission/contents.test-support.ts";
import type { Replica } from "../../admission/author.test-support.ts";
import { expectAccepted } from "../../admission/world.test-support.ts";
import { noteDelivered } from "../../log/deliveries.ts";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

const aspirin = prescribing({ [first]: medication("aspirin") });
const ibuprofen = prescribing({ [second]: medication("ibuprofen") });

let world: HttpWorld;
let anna: Asker;
let ben: Asker;
let patient: Replica;
beforeEach(async () => {
  world = await createHttpWorld();
  anna = await world.join(["clinician"]);
  ben = await world.join(["clinician"]);
  patient = await world.newPatient(anna);
});

async function prescribeApart(
  contents: readonly [Content, Content] = [aspirin, ibuprofen],
): Promise<string> {
  const heads = patient.index.heads();
  const [left, right] = contents;
  const one = anna.colleague.sign(patient, "prescribing", left, { heads });
  const other = ben.colleague.sign(patient, "prescribing", right, { heads });
  expectAccepted(await anna.colleague.push(one));
  expectAccepted(await ben.colleague.push(other));
  const { body } = await anna.get("/v1/reviews");
  return body.reviews[0].task.reviewId;
}

test("[HT-5] a conflict shows base, candidates, who, on which device, both clocks, and what each had seen", async () => {
  const before = prescribing({ [first]: medication("aspirin") });
  expectAccepted(
    await anna.colleague.push(
      anna.colleague.sign(patient, "prescribing", before),
    ),
  );
  const base = patient.index.heads();
  const [seenOpId] = patient.index.live("prescribing");
  const reviewId = await prescribeApart([
    prescribing({
      [first]: medication("aspirin"),
      [second]: medication("ibuprofen"),
    }),
    prescribing({
      [first]: medication("aspirin"),
      [second]: medication("warfarin"),
    }),
  ]);
  const scopeId = organizationScope(world.world.organizationId);
  await world.store.write(world.world.organizationId, (tx) =>
    noteDelivered(
      tx,
      {
        deviceId: ben.colleague.signer.deviceId,
        scopeId,
        readKey: "patient",
        fromSequence: 0,
        toSequence: 1_000,
      },
      42,
    ),
  );
  const { status, body } = await ben.get(`/v1/reviews/${reviewId}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    task: { kind: "conflict", recordId: patient.recordId },
    state: { isOpen: true },
    maySettle: true,
    conflict: {
      base: before,
      safe: { medications: expect.any(Array) },
      combination: null,
    },
  });
  const { candidates } = body.conflict;
  expect(candidates).toHaveLength(2);
  for (const [asker, deliveredAtMs] of [
    [anna, null],
    [ben, 42],
  ] as const) {
    const candidate = candidates.find(
      (each: { memberId: string }) => each.memberId === asker.memberId,
    );
    expect(candidate).toMatchObject({
      deviceId: asker.colleague.signer.deviceId,
      authoredAtMs: 1_700_000_000_000,
      admittedAtMs: world.timers.now(),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      seen: {
        changes: base,
        overwrote: [seenOpId],
        others: [{ deliveredAtMs }],
      },
    });
  }
  expect(await world.readNotes()).toContainEqual(
    expect.objectContaining({
      what: "review",
      memberId: ben.memberId,
      recordId: patient.recordId,
    }),
  );
});

test("[HT-6] choosing settles the conflict, under the person's name and a device of their session", async () => {
  const reviewId = await prescribeApart();
  const { body } = await anna.get(`/v1/reviews/${reviewId}`);
  const digests: string[] = body.conflict.candidates.map(
    ({ digest }: { digest: string }) => digest,
  );
  const settled = await anna.post(`/v1/reviews/${reviewId}/resolution`, {
    decision: { kind: "choose", candidate: digests[0] },
    candidates: digests.toReversed(),
    reason: "asked the patient",
  });
  expect(settled.status).toBe(200);
  expect(settled.body).toMatchObject({
    recordId: patient.recordId,
    places: [{ scopeId: organizationScope(world.world.organizationId) }],
  });

  const after = await ben.get(`/v1/reviews/${reviewId}`);
  expect(after.body.state).toMatchObject({
    isOpen: false,
    outcome: "resolved",
    by: { memberId: anna.memberId, hash: settled.body.hash },
  });
  expect(after.body.conflict.candidates).toHaveLength(2);
  expect((await ben.get("/v1/reviews")).body.reviews).toEqual([]);
  const all = await ben.get(`/v1/reviews?recordId=${patient.recordId}`);
  expect(all.body.reviews).toHaveLength(1);

  const record = await ben.get(`/v1/records/${patient.recordId}`);
  expect(record.body.groups.prescribing).toMatchObject({
    status: "settled",
    content: body.conflict.candidates[0].content,
  });
  const { memberId, deviceId } = after.body.state.by;
  expect(memberId).toBe(anna.memberId);
  expect(deviceId).not.toBe(anna.colleague.signer.deviceId);

  const again = await anna.post(`/v1/reviews/${reviewId}/resolution`, {
    decision: { kind: "combine" },
    candidates: digests,
    reason: "again",
  });
  expect(again).toMatchObject({ status: 409, body: { code: "review-closed" } });
});

test("[EV-3] what somebody settles over HTTP was shown to them: it is not flagged as unseen", async () => {
  const reviewId = await prescribeApart();
  const { body } = await anna.get(`/v1/reviews/${reviewId}`);
  const candidates: string[] = body.conflict.candidates.map(
    ({ digest }: { digest: string }) => digest,
  );
  const settled = await anna.post(`/v1/reviews/${reviewId}/resolution`, {
    decision: { kind: "choose", candidate: candidates[0] },
    candidates,
    reason: "asked the patient",
  });
  expect(settled.status).toBe(200);
  const { hash } = settled.body;
  expect(
    (await world.audit()).filter(
      (entry) => entry.event === "signed-unseen" && entry.hash === hash,
    ),
  ).toEqual([]);
});

test("[HT-6] candidates other than those in view are 409, and nothing is written", async () => {
  const reviewId = await prescribeApart();
  const { body } = await anna.get(`/v1/reviews/${reviewId}`);
  const digests: string[] = body.conflict.candidates.map(
    ({ digest }: { digest: string }) => digest,
  );
  const cara = await world.join(["clinician"]);
  const late = prescribing({ [first]: medication("warfarin") });
  const [creation] = [...patient.index.changes()];
  const heads = creation === undefined ? [] : [creation.hash];
  expectAccepted(
    await cara.colleague.push(
      cara.colleague.sign(patient, "prescribing", late, { heads }),
    ),
  );
  const refused = await anna.post(`/v1/reviews/${reviewId}/resolution`, {
    decision: { kind: "choose", candidate: digests[0] },
    candidates: digests,
    reason: "asked the patient",
  });
  expect(refused).toMatchObject({
    status: 409,
    body: { code: "review-changed", isRetryable: false },
  });
  const { body: open } = await anna.get("/v1/reviews");
  expect(open.reviews).toMatchObject([{ task: { revision: 2 } }]);
});

test("[HT-6] combining, and another value with what ends, go through admission", async () => {
  const reviewId = await prescribeApart();
  const digestsOf = async () => {
    const { body } = await anna.get(`/v1/reviews/${reviewId}`);
    return body.conflict.candidates.map(
      ({ digest }: { digest: string }) => digest,
    );
  };
  const combined = await anna.post(`/v1/reviews/${reviewId}/resolution`, {
    decision: { kind: "combine" },
    candidates: await digestsOf(),
    reason: "both are taken",
  });
  expect(combined.status).toBe(200);
  const { body } = await anna.get(`/v1/records/${patient.recordId}`);
  expect(Object.keys(body.groups.prescribing.content.medications)).toEqual([
    first,
    second,
  ]);
});

test("[HT-6] a value that no schema accepts, or no canonical text has, is refused", async () => {
  const reviewId = await prescribeApart();
  const { body } = await anna.get(`/v1/reviews/${reviewId}`);
  const candidates = body.conflict.candidates.map(
    ({ digest }: { digest: string }) => digest,
  );
  const settle = (content: unknown) =>
    anna.post(`/v1/reviews/${reviewId}/resolution`, {
      decision: { kind: "value", content },
      candidates,
      reason: "so it is",
    });
  expect(await settle({ medications: {} })).toMatchObject({
    status: 422,
    body: { code: "resolution-refused", refusal: "statement-malformed" },
  });
  expect(await settle({ medications: { dose: 0.5 } })).toMatchObject({
    status: 400,
    body: { code: "request-invalid" },
  });
  expect((await settle(prescribing({}))).status).toBe(200);
});

test("[RV-7] who may read but not settle is told so, and refused", async () => {
  const reviewId = await prescribeApart();
  const desk = await world.join(["receptionist"]);
  const { body } = await desk.get(`/v1/reviews/${reviewId}`);
  expect(body.maySettle).toBe(false);
  const refused = await desk.post(`/v1/reviews/${reviewId}/resolution`, {
    decision: { kind: "combine" },
    candidates: body.conflict.candidates.map(
      ({ digest }: { digest: string }) => digest,
    ),
    reason: "looks right",
  });
  expect(refused).toMatchObject({
    status: 403,
    body: { code: "not-permitted" },
  });
});

test("[RV-7] a task that does not exist and one that may not be seen are the same answer", async () => {
  const reviewId = await prescribeApart();
  const technician = await world.join(["technician"]);
  const stranger = await world.stranger();
  const missing = await anna.get(`/v1/reviews/${"0".repeat(32)}`);
  for (const asker of [technician, stranger]) {
    const hidden = await asker.get(`/v1/reviews/${reviewId}`);
    expect([hidden.status, hidden.body]).toEqual([404, missing.body]);
    expect((await asker.get("/v1/reviews")).body).toEqual({ reviews: [] });
  }
});

test("[CO-15] a conflict is settled in a record that three hundred wrote in apart", async () => {
  const heads = patient.index.heads();
  const reviewId = await prescribeApart();
  const telecom = { status: "active", system: "phone", value: "1" };
  const notes = Array.from({ length: 300 }, () =>
    anna.colleague.addEntry(patient, "telecom", telecom, {
      heads,
      actor: anna.colleague.newActor(),
    }),
  );
  for (let at = 0; at < notes.length; at += 100)
    expectAccepted(await anna.colleague.push(...notes.slice(at, at + 100)));
  const { body } = await anna.get(`/v1/reviews/${reviewId}`);
  const digests: string[] = body.conflict.candidates.map(
    ({ digest }: { digest: string }) => digest,
  );
  const settled = await anna.post(`/v1/reviews/${reviewId}/resolution`, {
    decision: { kind: "choose", candidate: digests[0] },
    candidates: digests,
    reason: "asked the patient",
  });
  expect(settled.status).toBe(200);
  const after = await ben.get(`/v1/reviews/${reviewId}`);
  expect(after.body.state).toMatchObject({ isOpen: false });
});

test("[HT-5] what closed last is listed across records, the last first, to whoever may read it, until it opens again", async () => {
  const closed = async (by: Asker) =>
    (await by.get("/v1/reviews?state=closed")).body.reviews;
  expect(await closed(anna)).toEqual([]);
  const settled: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    world.timers.advance(1_000);
    patient = await world.newPatient(anna);
    await prescribeApart();
    const both = prescribing({
      [first]: medication("aspirin"),
      [second]: medication("ibuprofen"),
    });
    const decision = { kind: "combine" } as const;
    const combined = anna.colleague.resolve(
      patient,
      "prescribing",
      decision,
      both,
    );
    expectAccepted(await anna.colleague.push(combined));
    settled.push(patient.recordId);
  }
  const listed = await closed(ben);
  expect(
    listed.map(({ task }: { task: { recordId: string } }) => task.recordId),
  ).toEqual(settled.toReversed());
  expect(listed[0].state).toMatchObject({
    isOpen: false,
    outcome: "resolved",
    by: { memberId: anna.memberId },
  });
  expect((await ben.get("/v1/reviews")).body.reviews).toEqual([]);
  const technician = await world.join(["technician"]);
  expect(await closed(technician)).toEqual([]);
});
