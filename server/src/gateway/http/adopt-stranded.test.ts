import {
  canonicalize,
  encodeStatement,
  entryKey,
  organizationScope,
  type OpId,
  type RecordHistoryEntry,
} from "@suture/schema";
import { beforeEach, describe, expect, test } from "vitest";

import type { Replica } from "../../admission/author.test-support.ts";
import {
  first,
  identityOf,
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
import { verifyAudit } from "../../audit/verify-audit.ts";
import { noteDelivered } from "../../log/deliveries.ts";
import { adoptedWorkTable, changeIndexTable } from "../../log/log-tables.ts";
import type { Asker } from "./http-world.test-support.ts";
import {
  createStrandedWorld,
  hashOf,
  reason,
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

async function changesOf({ recordId }: Replica) {
  const rows = await world.store.read(world.organizationId, (tx) =>
    tx.scan(changeIndexTable, { prefix: [recordId] }),
  );
  return rows.map(({ value }) => value);
}

describe("adopting", () => {
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
    const [hash] = await world.strand(anna, lost);
    const { status, body } = await world.adopt(manager, hash);
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
      parentId: world.organizationId,
    });
    const edit = anna.colleague.setField(created.replica, "maritalStatus", "M");
    const [creation, change] = await world.strand(anna, created.pushed, edit);
    expect(await world.adopt(manager, change)).toMatchObject({
      status: 409,
      body: { code: "adoption-refused", refusal: "depends-on-refused" },
    });
    expect((await world.adopt(manager, creation)).status).toBe(200);
    expect((await world.adopt(manager, change)).status).toBe(200);
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
    const [hash] = await world.strand(anna, signed);
    const before = await world.audit();
    expect(await world.adopt(office, hash)).toMatchObject({
      status: 409,
      body: { code: "adoption-refused", refusal: "not-permitted" },
    });
    expect(await world.adopt(auditor, hash)).toMatchObject({
      status: 403,
      body: { code: "not-permitted" },
    });
    expect(await world.adopt(manager, hash, "")).toMatchObject({ status: 400 });
    expect((await world.list(manager)).body.stranded).toMatchObject([
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
    expect(await world.adopt(manager, hashOf(lie))).toMatchObject({
      status: 409,
      body: { refusal: "depends-on-refused" },
    });
  });

  test("[SW-23] it is adopted once: by whoever was first, however often and by whomever it is asked", async () => {
    const other = await world.join(["manager"]);
    const [hash] = await world.strand(
      anna,
      anna.colleague.addEntry(patient, "notes", note("rang")),
    );
    const [one, two] = await Promise.all([
      world.adopt(manager, hash),
      world.adopt(other, hash),
    ]);
    const again = await world.adopt(other, hash);
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
    expect((await world.list(manager)).body.stranded).toEqual([]);
    expect(
      (await world.list(manager, "?state=all")).body.stranded,
    ).toMatchObject([{ hash, state: { kind: "adopted", as } }]);
  });
});

test("[SW-22] what its author's device had been sent is the evidence, not what the adopter's was", async () => {
  const before = prescribing({ [first]: medication("aspirin") });
  expectAccepted(
    await manager.colleague.push(
      manager.colleague.sign(patient, "prescribing", before),
    ),
  );
  const heads = patient.index.heads();
  const edits = [medication("ibuprofen"), medication("warfarin")].map((added) =>
    anna.colleague.sign(
      patient,
      "prescribing",
      prescribing({ [first]: medication("aspirin"), [second]: added }),
      { heads, actor: anna.colleague.newActor() },
    ),
  );
  const [unsent, sent] = await world.strand(anna, ...edits);
  const adopted = await world.adopt(manager, unsent);
  expect(adopted.status).toBe(200);
  const { deviceId } = anna.colleague.signer;
  const scopeId = organizationScope(world.organizationId);
  await world.store.write(world.organizationId, (tx) =>
    noteDelivered(
      tx,
      {
        deviceId,
        scopeId,
        readKey: "patient",
        fromSequence: 0,
        toSequence: 1_000,
      },
      42,
    ),
  );
  expect((await world.adopt(manager, sent)).status).toBe(200);
  expect(
    (await world.audit()).filter(({ event }) => event === "signed-unseen"),
  ).toEqual([
    {
      event: "signed-unseen",
      recordId: patient.recordId,
      hash: adopted.body.state.as,
      ...anna.colleague.signer,
    },
  ]);
});

test("[SW-22] work that builds on adopted work of the same device is no signature over something unseen", async () => {
  const { colleague } = anna;
  const one = colleague.sign(
    patient,
    "prescribing",
    prescribing({ [first]: medication("aspirin") }),
  );
  const both = { [first]: medication("aspirin"), [second]: medication("x") };
  const two = colleague.sign(patient, "prescribing", prescribing(both));
  const [before, behind] = await world.strand(anna, one, two);
  for (const hash of [before, behind])
    expect((await world.adopt(manager, hash)).status).toBe(200);
  const events = (await world.audit()).map(({ event }) => event);
  expect(events).toContain("work-adopted");
  expect(events).not.toContain("signed-unseen");
});

test("[AU-8] history names the refused work that a change says again, its author, and what their device had been sent", async () => {
  const signed = prescribing({ [first]: medication("aspirin") });
  expectAccepted(
    await manager.colleague.push(
      manager.colleague.sign(patient, "prescribing", signed),
    ),
  );
  const { deviceId, memberId } = anna.colleague.signer;
  const scopeId = organizationScope(world.organizationId);
  await world.store.write(world.organizationId, (tx) =>
    noteDelivered(
      tx,
      { deviceId, scopeId, readKey: "patient", fromSequence: 0, toSequence: 9 },
      42,
    ),
  );
  const both = { [first]: medication("aspirin"), [second]: medication("x") };
  const lost = anna.colleague.sign(patient, "prescribing", prescribing(both));
  const [hash] = await world.strand(anna, lost);
  expect((await world.adopt(manager, hash)).status).toBe(200);
  const path = `/v1/records/${patient.recordId}/history`;
  const { entries } = (await manager.get(path)).body;
  expect(entries.map(({ adopts }: RecordHistoryEntry) => adopts)).toEqual([
    ...entries.slice(1).map(() => null),
    { hash, memberId, deviceId },
  ]);
  expect(entries.at(-1)).toMatchObject({
    memberId: manager.memberId,
    seen: {
      delivered: [{ scopeId, fromSequence: 0, sequence: 9, atMs: 42 }],
      overwrote: [{ isOwn: false, deliveredAtMs: 42 }],
    },
  });
  expect(await verifyAudit(world.store)).toMatchObject({ isIntact: true });
  await world.store.write(world.organizationId, async (tx) => {
    const [row] = await tx.scan(adoptedWorkTable);
    if (row)
      await tx.put(adoptedWorkTable, row.key, {
        ...row.value,
        memberId: manager.memberId,
      });
  });
  expect(await verifyAudit(world.store)).toMatchObject({
    isIntact: false,
    broken: { table: "audit", problem: expect.stringContaining("whose work") },
  });
});

test("[SW-26] what its author's device has said again by itself is not offered any more", async () => {
  const { colleague } = await world.join(["receptionist"]);
  const base = patient.index.heads();
  const op = {
    key: entryKey("notes", colleague.newEntryId()),
    set: canonicalize(note("rang")),
  };
  const content = identityOf("1980");
  const refused = colleague.sign(patient, "prescribing", prescribing({}));
  const noted = colleague.write(patient, [op]);
  const signed = colleague.sign(patient, "identity", content);
  expect(answers(await colleague.push(refused, noted, signed))).toEqual([
    "not-permitted",
    "depends-on-refused",
    "depends-on-refused",
  ]);
  const listed = async (query = "") =>
    (await world.list(manager, query)).body.stranded;
  expect(await listed()).toHaveLength(3);

  // Somebody else who says the same has not said it for them.
  const same = anna.colleague.compose(patient, [op], { heads: base });
  expectAccepted(await anna.colleague.push(same));
  expect(await listed()).toHaveLength(3);
  const again = [
    colleague.compose(patient, [op], {
      heads: base,
      actor: colleague.newActor(),
    }),
    colleague.sign(patient, "identity", content, {
      heads: base,
      actor: colleague.newActor(),
    }),
  ];
  expectAccepted(await colleague.push(...again));
  expect(await listed()).toMatchObject([{ hash: hashOf(refused) }]);
  expect(await listed("?state=all")).toMatchObject([
    { state: { kind: "said-again", as: again[1] && hashOf(again[1]) } },
    { state: { kind: "said-again", as: again[0] && hashOf(again[0]) } },
    { state: { kind: "open" } },
  ]);
  expect(await world.adopt(manager, hashOf(noted))).toMatchObject({
    status: 409,
    body: { code: "stranded-said-again" },
  });
});

describe("dismissing", () => {
  const dismiss = (who: Asker, hash: string | undefined) =>
    who.post(`${world.pathOf(hash)}/dismiss`, { reason: "typed by mistake" });

  test("[SW-24] it leaves the list, is kept, and can still be adopted", async () => {
    const auditor = await world.join(["auditor"]);
    const [hash] = await world.strand(
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
    expect((await world.list(manager)).body.stranded).toEqual([]);
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
    const adopted = await world.adopt(manager, hash);
    expect(adopted.status).toBe(200);
    expect((await dismiss(manager, hash)).body.state.kind).toBe("adopted");
  });
});

function isAbout(hash: string | undefined) {
  return (entry: object) => "hash" in entry && entry.hash === hash;
}
