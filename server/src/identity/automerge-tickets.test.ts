import { deviceIdSchema, randomUuid } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";
import { automergeTicketLifetimeMs } from "./automerge-tickets.ts";
import type { SessionOnDevice } from "./automerge-tickets.ts";
import { automergeTicketsTable, identityPartition } from "./identity-tables.ts";
import { createIdentityWorld, signInSomebody } from "./identity-world.ts";
import type { IdentityWorld } from "./identity-world.ts";
import type { Revocation } from "./revocations.ts";
import type { SessionGrant } from "./session-tokens.ts";

let world: IdentityWorld;
let grant: SessionGrant;
let session: SessionOnDevice;
let announced: Revocation[];
beforeEach(async () => {
  world = await createIdentityWorld();
  grant = await signInSomebody(world, "ann@clinic.example");
  const verified = await world.identity.verifySessionRequest(
    `Bearer ${grant.sessionToken}`,
  );
  if (!verified.ok) throw new Error(verified.error.code);
  const deviceId = deviceIdSchema.parse(randomUuid(world.random));
  session = { ...verified.value, deviceId };
  announced = [];
  world.identity.onRevoked((revocation) => announced.push(revocation));
});

async function issue(): Promise<string> {
  return (await world.identity.automergeTickets.issue(session)).ticket;
}

async function verdictOn(ticket: string): Promise<string> {
  const holder = await world.identity.automergeTickets.verify(ticket);
  return holder.ok ? holder.value.personId : holder.error.code;
}

test("[PA-1] a ticket says whose it is as often as it is shown, for an hour", async () => {
  const ticket = await issue();
  expect(await verdictOn(ticket)).toBe(session.personId);
  world.clock.advance(automergeTicketLifetimeMs - 1);
  expect(await verdictOn(ticket)).toBe(session.personId);
  world.clock.advance(1);
  expect(await verdictOn(ticket)).toBe("ticket-refused");
  expect(await world.identity.removeExpired()).toBeGreaterThan(0);
});

test("[PA-1] an unknown ticket answers as an expired one, and the store holds none", async () => {
  const ticket = await issue();
  const [device = ""] = ticket.split(".");
  for (const other of ["", ".", device, `${device}.`, `${device}.${device}`])
    expect(await verdictOn(other)).toBe("ticket-refused");
  const rows = await world.store.read(identityPartition, (tx) =>
    tx.scan(automergeTicketsTable),
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(ticket.split(".")[1]);
});

test("[PA-1] of five the oldest has ended, and whoever holds it is told", async () => {
  const tickets: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    tickets.push(await issue());
    world.clock.advance(1);
  }
  const [first = "", ...others] = tickets;
  expect(await verdictOn(first)).toBe("ticket-refused");
  for (const ticket of others)
    expect(await verdictOn(ticket)).toBe(session.personId);
  expect(announced).toMatchObject([
    { kind: "automerge-tickets", ticketIds: [expect.any(String)] },
  ]);
});

test("[PA-1] all of a session can be ended at once", async () => {
  const tickets = [await issue(), await issue()];
  await world.identity.automergeTickets.endAllOf(session.deviceId);
  for (const ticket of tickets)
    expect(await verdictOn(ticket)).toBe("ticket-refused");
  expect(announced).toMatchObject([{ ticketIds: { length: 2 } }]);
  await world.identity.automergeTickets.endAllOf(session.deviceId);
  expect(announced).toHaveLength(1);
});

test("[PA-1] a ticket ends with its session: signed out, a refresh token that comes back, or the person revoked", async () => {
  const { identity } = world;
  const ended = { kind: "session", sessionId: session.sessionId };

  const ticket = await issue();
  const next = await identity.renewSession(grant.refreshToken);
  if (!next.ok) throw new Error(next.error.code);
  const { refreshToken } = next.value;
  expect((await identity.renewSession(refreshToken)).ok).toBe(true);
  expect(await verdictOn(ticket)).toBe(session.personId);
  expect((await identity.renewSession(grant.refreshToken)).ok).toBe(false);
  expect(await verdictOn(ticket)).toBe("ticket-refused");
  expect(announced).toMatchObject([ended]);

  const again = await signInSomebody(world, "bea@clinic.example");
  const other = await identity.verifySessionRequest(
    `Bearer ${again.sessionToken}`,
  );
  if (!other.ok) throw new Error(other.error.code);
  session = { ...other.value, deviceId: session.deviceId };
  const second = await issue();
  await identity.signOut(session);
  expect(await verdictOn(second)).toBe("ticket-refused");
  expect(announced.at(-1)).toMatchObject({
    kind: "session",
    sessionId: session.sessionId,
  });

  const third = await signInSomebody(world, "cleo@clinic.example");
  const cleo = await identity.verifySessionRequest(
    `Bearer ${third.sessionToken}`,
  );
  if (!cleo.ok) throw new Error(cleo.error.code);
  session = { ...cleo.value, deviceId: session.deviceId };
  const last = await issue();
  await identity.revokePerson(session.personId);
  expect(await verdictOn(last)).toBe("ticket-refused");
});
