import {
  closeCodes,
  createMemoryStore,
  encodeFrame,
  limits,
  organizationScope,
  recordIdFromBytes,
  teamScope,
  type ServerMessage,
} from "@suture/schema";
import { expect, test } from "vitest";

import {
  foundClinic,
  openDevice,
  TestServer,
} from "../records/clinic.test-support.ts";
import { clientTables } from "../store/client-tables.ts";
import { openLocalLog } from "../store/local-log.ts";
import { joinPages } from "./join-pages.ts";
import { answerDeadlineMs, idlePingMs } from "./liveness.ts";
import { openSession, welcome } from "./open-session.test-support.ts";

test("[SY-23] a session says hello first, and nothing before its welcome", async () => {
  const world = await openSession();
  expect(world.received().map(({ type }) => type)).toEqual(["hello"]);
  world.session.push();
  await world.settle();
  expect(world.received()).toEqual([]);
  await world.say(welcome);
  expect(world.told).toContain("caught-up");
});

test("[SY-23] a device that waits for nothing but a scope it may no longer read has all there is for it", async () => {
  const world = await openSession();
  const organizationId = recordIdFromBytes(new Uint8Array(16));
  const scopeId = organizationScope(organizationId);
  const end = { epoch: "e".repeat(32), sequence: 3, chain: "c".repeat(64) };
  const membership = {
    organizationId,
    memberId: organizationId,
    roles: ["clinician" as const],
    teamIds: [],
  };
  await world.say({
    ...welcome,
    memberships: [membership],
    scopes: [{ scopeId, organizationId, end }],
  });
  expect(world.told).not.toContain("caught-up");
  await world.say({ type: "scope-revoked", scopeId, memberships: [] });
  expect(world.told).toContain("caught-up");
});

test("[CL-8] what a restored server lost is offered though its scope may not be read any more (seed 328)", async () => {
  const { client, log, personId: ada } = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic({ client });
  const world = await openSession({ log, person: ada });
  await world.say(welcome);
  world.received();
  // As a log that went back leaves it: pending, and nobody has asked for a push.
  await client.patients.create({ parentId: organizationId });
  const scopeId = organizationScope(organizationId);
  await world.say({ type: "scope-revoked", scopeId, memberships: [] });
  expect(world.received()).toMatchObject([{ type: "push" }]);
});

test("[CL-26] rows that arrive while others are stored are stored together, and the next page is asked for meanwhile", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  const { scopeId, rows } = server;
  expect(rows.length).toBeGreaterThan(2);
  const store = createMemoryStore({ tables: clientTables });
  const log = await openLocalLog({ store, clock: { now: () => 0 } });
  const heard: number[] = [];
  log.subscribe(({ recordIds }) => heard.push(recordIds.length));
  const world = await openSession({ log });
  await world.say(welcome);
  world.received();
  const page = (from: number, to: number, hasMore: boolean) => ({
    type: "changes" as const,
    scopeId,
    rows: rows.slice(from, to),
    cursor: server.cursorAt(to),
    hasMore,
  });
  await world.say(page(0, 0, true));
  // One after the other on a line, before the first could be stored.
  const send = (message: ServerMessage) =>
    world.pair.server.send(encodeFrame(message));
  send(page(0, 1, true));
  for (let at = 1; at < rows.length; at += 1) send(page(at, at + 1, false));
  world.pair.flush();
  await world.settle();
  expect(world.ended).toEqual([]);
  expect(heard).toHaveLength(2);
  const scopes = await log.scopes();
  expect(scopes.get(scopeId)?.cursor).toEqual(server.cursorAt(rows.length));
  expect(world.received()).toContainEqual({
    type: "pull",
    scopeId,
    cursor: server.cursorAt(1),
  });
});

test("[CL-26] a row that does not follow is not stored with what it came behind", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  const page = {
    type: "changes" as const,
    scopeId: server.scopeId,
    rows: server.rows.slice(0, 1),
    cursor: server.cursorAt(1),
    hasMore: false,
  };
  const second = (from: number) => ({
    ...page,
    rows: server.rows.slice(from, from + 1),
    cursor: server.cursorAt(from + 1),
  });
  expect(joinPages(page, second(1))?.rows).toHaveLength(2);
  expect(joinPages(page, second(2))).toBeNull();
  expect(joinPages({ ...page, hasMore: true }, second(1))).toBeNull();
  const elsewhere = { ...second(1), scopeId: teamScope(organizationId) };
  expect(joinPages(page, elsewhere)).toBeNull();
  const [row] = second(1).rows;
  const rows = Array.from({ length: limits.maxPageChanges }, () => row).flatMap(
    (one) => one ?? [],
  );
  expect(joinPages(page, { ...second(1), rows })).toBeNull();
});

test("[SY-23] whoever is owed an answer too long ends the session", async () => {
  const world = await openSession();
  world.pass(answerDeadlineMs);
  expect(world.ended).toEqual([expect.objectContaining({ code: "no-answer" })]);
});

test("[SY-23] an idle line is asked for a sign of life", async () => {
  const world = await openSession();
  await world.say(welcome);
  world.received();
  world.pass(idlePingMs);
  expect(world.received()).toEqual([{ type: "ping", number: 0 }]);
  await world.say({ type: "pong", number: 0 });
  world.pass(answerDeadlineMs - 1);
  expect(world.ended).toEqual([]);
  world.pass(idlePingMs);
  world.pass(answerDeadlineMs);
  expect(world.ended).toEqual([expect.objectContaining({ code: "no-answer" })]);
});

test("[SY-23] a server's ping is answered with its number", async () => {
  const world = await openSession();
  await world.say(welcome);
  world.received();
  await world.say({ type: "ping", number: 41 });
  expect(world.received()).toEqual([{ type: "pong", number: 41 }]);
});

test("[SY-23] a server that says why it ends the session, or asks for a sign of life, still owes the end, or the welcome (seed 15)", async () => {
  for (const message of [
    { type: "error", code: "hello-expected", message: "no hello came" },
    { type: "ping", number: 1 },
  ] satisfies ServerMessage[]) {
    const world = await openSession();
    world.pass(answerDeadlineMs - 1);
    await world.say(message);
    world.pass(answerDeadlineMs - 1);
    expect(world.ended).toEqual([]);
    world.pass(1);
    expect(world.ended).toEqual([
      expect.objectContaining({ code: "no-answer" }),
    ]);
  }
});

test("[SY-23] bytes that are no message end the session, with their name", async () => {
  const world = await openSession();
  await world.sayBytes(Uint8Array.from([0, 0xf7]));
  expect(world.ended).toEqual([
    expect.objectContaining({ code: "wrong-server", isRetryable: true }),
  ]);
  const later = await openSession();
  await later.say(welcome);
  await later.sayBytes(Uint8Array.from([9]));
  expect(later.ended).toEqual([
    expect.objectContaining({ code: "protocol-broken" }),
  ]);
});

test("[SY-23] a busy server says when to come back", async () => {
  const world = await openSession();
  await world.say({ type: "busy", retryAfterMs: 7_000 });
  expect(world.ended).toEqual([
    expect.objectContaining({ code: "server-busy" }),
  ]);
  expect(world.retryAfterMs).toBe(7_000);
});

test("[SY-23] a close has its reason, and is told once", async () => {
  const world = await openSession();
  world.pair.server.close(closeCodes["version-unsupported"], "");
  world.pair.flush();
  world.pair.cut();
  expect(world.ended).toEqual([
    expect.objectContaining({ code: "update-needed", isRetryable: false }),
  ]);
});

test("[SY-28] a device that is asked to wait for answers does not take the silence for a dead line", async () => {
  const world = await openSession();
  await world.say(welcome);
  await world.say({ type: "answers-paused", resumeAfterMs: 60_000 });
  world.pass(60_000 - 1);
  expect(world.ended).toEqual([]);
  world.pass(1);
  world.pass(answerDeadlineMs);
  expect(world.ended).toEqual([expect.objectContaining({ code: "no-answer" })]);
});

test("[SY-28] asked for a new token, a device sends the renewed one, or nothing", async () => {
  const world = await openSession();
  await world.say(welcome);
  world.received();
  await world.say({ type: "token-needed", expiresAtMs: 1 });
  expect(world.received()).toEqual([]);
  world.renewals.push("renewed");
  await world.say({ type: "token-needed", expiresAtMs: 1 });
  expect(world.received()).toEqual([{ type: "token", token: "renewed" }]);
});

test("[SY-23] after stop nothing is told", async () => {
  const world = await openSession();
  world.session.stop();
  world.pair.flush();
  world.pass(answerDeadlineMs);
  expect(world.ended).toEqual([]);
});
