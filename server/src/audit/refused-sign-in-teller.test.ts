/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
import {
  createMemoryStore,
  organizationScope,
  recordIdFromBytes,
  type Store,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import {
  createIdentityWorld,
  signInSomebody,
  type IdentityWorld,
} from "../identity/identity-world.ts";
import {
  identityPartition,
  owedEventsTable,
  refusedSignInsTable,
} from "../identity/identity-tables.ts";
import type { Identity } from "../identity/identity.ts";
import type { SessionGrant } from "../identity/session-tokens.ts";
import { serverTables } from "../server-tables.ts";
import { silentLog } from "../system-log.ts";
import { auditIdentity } from "./audit-identity.ts";
import { auditTable } from "./audit-tables.ts";
import { createOwedEntries } from "./owed-entries.ts";
import {
  createRefusedSignInTeller,
  tellRefusedAfterMs,
  type RefusedSignInTeller,
} from "./refused-sign-in-teller.ts";

const clinic = recordIdFromBytes(new Uint8Array(16).fill(1));
const memberId = recordIdFromBytes(new Uint8Array(16).fill(3));
const email = "ann@clinic.example";
const wrong = { email, password: "not her password" };

let store: Store;
let world: IdentityWorld;
let timers: HandTimers;
let teller: RefusedSignInTeller;
let identity: Identity;
let ann: SessionGrant;
beforeEach(async () => {
  store = createMemoryStore({ tables: serverTables });
  world = await createIdentityWorld(store);
  timers = new HandTimers();
  const checkpoints = { noteAppended: () => undefined };
  const owed = createOwedEntries({ store, log: silentLog, checkpoints });
  const deps = { identity: world.identity, owed, timers, log: silentLog };
  teller = createRefusedSignInTeller(deps);
  identity = auditIdentity(world.identity, owed, teller);
  ann = await signInSomebody({ ...world, identity }, email);
  await identity.invitations.linkPerson(
    { organizationId: clinic, memberId },
    ann.personId,
  );
});

async function entries() {
  const prefix = [organizationScope(clinic)];
  const rows = await store.read(clinic, (tx) =>
    tx.scan(auditTable, { prefix }),
  );
  return rows.slice(1).map(({ value }) => value);
}

const events = async () => (await entries()).map(({ entry }) => entry.event);

const rowsOf = () =>
  store.read(identityPartition, async (tx) => ({
    refused: (await tx.scan(refusedSignInsTable)).length,
    owed: (await tx.scan(owedEventsTable)).length,
  }));

test("[ID-37] a refused sign-in is an entry some seconds later, with the time of the refusal", async () => {
  const atMs = world.clock.now();
  await identity.signIn(wrong);
  await identity.signIn({ ...wrong, email: email.toUpperCase() });
  expect(await events()).toEqual([]);
  world.clock.advance(5_000);
  timers.advance(tellRefusedAfterMs);
  await teller.tell();
  expect(await entries()).toMatchObject([
    { atMs, entry: { event: "sign-in-refused", memberId } },
    { atMs, entry: { event: "sign-in-refused", memberId } },
  ]);
  expect(await rowsOf()).toEqual({ refused: 0, owed: 0 });
});

test("[ID-37] until it is answered a refusal leaves the same behind for an unknown e-mail as for a known one, and nothing is told", async () => {
  await identity.signIn(wrong);
  const known = await rowsOf();
  await identity.signIn({ ...wrong, email: "nobody@clinic.example" });
  expect(known).toEqual({ refused: 1, owed: 0 });
  expect(await rowsOf()).toEqual({ refused: 2, owed: 0 });
  const other = await signInSomebody(
    { ...world, identity },
    "other@clinic.example",
  );
  expect(other.personId).not.toBe(ann.personId);
  expect(await rowsOf()).toEqual({ refused: 2, owed: 0 });
  await teller.tell();
  expect(await events()).toEqual(["sign-in-refused"]);
});

test("[ID-37] what a crash left untold is told at the next start; what waits when the server stops, too", async () => {
  await world.identity.signIn(wrong);
  await identity.signIn(wrong);
  teller.close();
  timers.advance(tellRefusedAfterMs);
  expect(await events()).toEqual([]);
  await teller.tell();
  await teller.tell();
  expect(await events()).toEqual(["sign-in-refused", "sign-in-refused"]);
});

test("[ID-37] signing out is an entry once, and so is a refresh token that comes back", async () => {
  const session = await identity.verifySessionRequest(
    `Bearer ${ann.sessionToken}`,
  );
  if (!session.ok) throw new Error(session.error.code);
  await identity.signOut(session.value);
  await identity.signOut(session.value);
  expect(await events()).toEqual(["sign-out"]);
  const again = await identity.signIn({
    email,
    password: "correct horse battery",
  });
  if (!again.ok) throw new Error(again.error.code);
  const { refreshToken } = again.value;
  const next = await identity.renewSession(refreshToken);
  if (!next.ok) throw new Error(next.error.code);
  expect((await identity.renewSession(next.value.refreshToken)).ok).toBe(true);
  expect((await identity.renewSession(refreshToken)).ok).toBe(false);
  expect((await identity.renewSession(refreshToken)).ok).toBe(false);
  expect(await events()).toEqual(["sign-out", "sign-in", "refresh-reused"]);
});
