/** What a plain Automerge client is sent of records, and when it is no longer. */
import { equipment, organizationScope, patient } from "@suture/schema";
import { beforeEach, describe, expect, test } from "vitest";
import { auditReadsTable } from "../../audit/audit-tables.ts";
import { automergeTicketLifetimeMs } from "../../identity/automerge-tickets.ts";
import { firstSentAt } from "../../log/deliveries.ts";
import { RecordWriter } from "../../sample/record-writer.ts";
import {
  endOfScope,
  found,
  hire,
  membership,
  type House,
} from "../sync/house.test-support.ts";
import { SyncWorld, type Somebody } from "../sync/sync-world.test-support.ts";
import { hashBytesOf, RawPeer } from "./raw-peer.test-support.ts";

let world: SyncWorld;
let house: House;
let colleague: Somebody;
let member: RecordWriter;
let record: RecordWriter;
let created: Uint8Array;

beforeEach(async () => {
  world = await SyncWorld.create();
  house = await found(world);
  colleague = await world.signUp("colleague");
  member = await hire(world, house, colleague, ["receptionist"]);
  record = new RecordWriter(patient, world.random);
  const { organizationId: parentId } = house;
  const creation = record.create(world.writerOf(house.admin), { parentId });
  created = creation.bytes;
  house.adminClient.push([creation]);
  await world.settle();
});

async function adminEdits(status: string): Promise<Uint8Array> {
  const fields = { maritalStatus: status };
  const edit = record.edit(world.writerOf(house.admin), { fields });
  house.adminClient.push([edit]);
  await world.settle();
  return edit.bytes;
}

async function rolesBecome(roles: Parameters<typeof membership>[0]) {
  const content = membership(roles, [house.clinicId], roles.length > 0);
  house.adminClient.push([
    member.sign(world.writerOf(house.admin), {
      group: "membership",
      content: content.membership,
    }),
  ]);
  await world.settle();
}

test("[PA-3] a peer that joins is answered once, and what it says to other peers goes nowhere", async () => {
  const peers = [
    await RawPeer.join(world, colleague),
    await RawPeer.join(world, house.admin),
  ];
  const [first, second] = peers;
  for (const peer of peers) {
    expect(peer.types()).toEqual(["peer"]);
    expect(peer.said[0]).toMatchObject({
      targetId: "peer",
      selectedProtocolVersion: "1",
      peerMetadata: { isEphemeral: true },
    });
    peer.ask(record.recordId);
  }
  await world.settle();
  second?.clear();
  const documentId = record.recordId;
  const ephemeral = { documentId, sessionId: "s", count: 1, data: created };
  first?.say({ type: "ephemeral", ...ephemeral });
  first?.say({ type: "doc-unavailable", documentId });
  first?.say({ type: "remote-subscription-change", add: ["storage"] });
  first?.say({ type: "remote-heads-changed", documentId, newHeads: {} });
  first?.say({ type: "of a later version" });
  await world.settle();
  expect(second?.said).toEqual([]);
  expect(first?.closed).toBeUndefined();
});

test("[PA-5] a record is given whole, then each change as it is admitted, once", async () => {
  const before = await adminEdits("M");
  const peer = await RawPeer.join(world, colleague);
  peer.ask(record.recordId);
  await world.settle();
  expect(peer.changesOf(record.recordId)).toEqual([created, before]);
  // It has them now, and says so.
  peer.offer(record.recordId, [], [hashBytesOf(before)]);
  await world.settle();
  peer.clear();
  const later = await adminEdits("S");
  expect(peer.changesOf(record.recordId)).toEqual([later]);
});

describe("[PA-5] what is not here and what may not be read answer alike", () => {
  test("until it is here", async () => {
    const peer = await RawPeer.join(world, colleague);
    const other = new RecordWriter(equipment, world.random);
    peer.ask(other.recordId);
    await world.settle();
    expect(peer.types()).toEqual(["peer", "doc-unavailable"]);
    const { organizationId: parentId } = house;
    house.adminClient.push([
      other.create(world.writerOf(house.admin), { parentId }),
    ]);
    await world.settle();
    expect(peer.syncsOf(other.recordId)).toMatchObject([
      { heads: [expect.any(String)] },
    ]);
  });

  test("until it may be read", async () => {
    await rolesBecome(["technician"]);
    const peer = await RawPeer.join(world, colleague);
    peer.ask(record.recordId);
    await world.settle();
    await adminEdits("M");
    expect(peer.types()).toEqual(["peer", "doc-unavailable"]);
    await rolesBecome(["receptionist"]);
    expect(peer.syncsOf(record.recordId)).toHaveLength(1);
  });
});

describe("[PA-4] a connection ends", () => {
  const ends: readonly (readonly [
    string,
    string,
    (peer: RawPeer) => Promise<unknown>,
  ])[] = [
    [
      "with its ticket's hour",
      "not-authenticated",
      async () => world.timers.advance(automergeTicketLifetimeMs),
    ],
    [
      "with its ticket",
      "not-authenticated",
      (peer) => world.identity.automergeTickets.endAllOf(peer.deviceId),
    ],
    [
      "with its session",
      "not-authenticated",
      (peer) => world.identity.signOut(peer.holder),
    ],
    [
      "with the person",
      "not-authenticated",
      () => world.identity.revokePerson(colleague.personId),
    ],
    ["with the last membership", "not-permitted", () => rolesBecome([])],
  ];
  test.each(ends)("%s", async (_name, reason, end) => {
    const peer = await RawPeer.join(world, colleague);
    const other = await RawPeer.join(world, house.admin);
    await end(peer);
    await world.settle();
    expect(peer.closed).toBe(reason);
    const isAlone = world.timers.now() < other.holder.expiresAtMs;
    expect(other.closed).toBe(isAlone ? undefined : reason);
  });

  test("before it is answered, where its ticket ended while its socket was opened", async () => {
    const peer = await RawPeer.connect(world, colleague);
    const { holder } = peer;
    await world.identity.automergeTickets.endAllOf(holder.deviceId);
    const late = await RawPeer.join(world, colleague, holder);
    expect([peer.closed, late.closed]).toEqual(
      Array(2).fill("not-authenticated"),
    );
    expect(late.types()).toEqual(["error"]);
  });
});

test("[PA-4] a record that may no longer be read is sent no more, and the peer is told", async () => {
  const peer = await RawPeer.join(world, colleague);
  peer.ask(record.recordId);
  await world.settle();
  peer.clear();
  await rolesBecome(["technician"]);
  await adminEdits("S");
  expect(peer.told()).toEqual([
    { recordId: record.recordId, code: "not-permitted", hash: null },
  ]);
  expect(peer.syncsOf(record.recordId)).toEqual([]);
  expect(peer.closed).toBeUndefined();
});

test("[PA-11] what a peer was sent is noted as read, and its statements as delivered to the session's device", async () => {
  const signed = record.sign(world.writerOf(house.admin), {
    group: "recordStatus",
    content: { status: "entered-in-error" },
  });
  house.adminClient.push([signed]);
  await world.settle();
  const peer = await RawPeer.join(world, colleague);
  peer.ask(record.recordId);
  await world.settle();
  const { organizationId } = house;
  const scopeId = organizationScope(organizationId);
  const { sequence } = await endOfScope(world.store, house, scopeId);
  const sentAtMs = await world.store.read(organizationId, (tx) =>
    firstSentAt(tx, peer.deviceId, "patient", [{ scopeId, sequence }]),
  );
  expect(sentAtMs).toBe(world.timers.now());
  world.timers.advance(1_000);
  await world.server.close();
  const notes = await world.store.read(organizationId, (tx) =>
    tx.scan(auditReadsTable),
  );
  expect(JSON.stringify(notes)).toContain(record.recordId);
});
