/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
import {
  createMemoryStore,
  createRecordTypes,
  organizationScope,
  recordIdFromBytes,
  StoreError,
  sutureRecords,
  type DeviceId,
  type RecordId,
  type Store,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import {
  createIdentityWorld,
  createTestDevice,
  registerOn,
  signInSomebody,
  type HandSetClock,
  type IdentityWorld,
  type TestDevice,
} from "../identity/identity-world.ts";
import type { Identity } from "../identity/identity.ts";
import {
  identityPartition,
  owedEventsTable,
} from "../identity/identity-tables.ts";
import { createInvitations } from "../identity/invitations.ts";
import type { SessionGrant } from "../identity/session-tokens.ts";
import { createServer } from "../server.ts";
import { serverTables } from "../server-tables.ts";
import { silentLog, type SystemLog } from "../system-log.ts";
import { auditIdentity } from "./audit-identity.ts";
import { auditTable } from "./audit-tables.ts";
import { createOwedEntries } from "./owed-entries.ts";
import { createRefusedSignInTeller } from "./refused-sign-in-teller.ts";
import { verifyAudit } from "./verify-audit.ts";

const recordId = (byte: number) =>
  recordIdFromBytes(new Uint8Array(16).fill(byte));
const clinic = recordId(1);
const other = recordId(2);
const memberId = recordId(3);
const otherMemberId = recordId(4);
const email = "ann@clinic.example";
const credentials = { email, password: "correct horse battery" };

let identityWorld: IdentityWorld;
let clock: HandSetClock;
let store: Store;
/** As it is before the audit is wrapped around it: what it does here is what a crash leaves. */
let plain: Identity;
let audited: Identity;
let tablet: TestDevice;
let ann: SessionGrant;

beforeEach(async () => {
  store = createMemoryStore({ tables: serverTables });
  identityWorld = await createIdentityWorld(store);
  ({ clock, identity: plain } = identityWorld);
  audited = auditIdentity(plain, owedEntries(), teller());
  tablet = await createTestDevice();
  ann = await signInSomebody(world(), email);
});

function teller() {
  const timers = new HandTimers();
  const deps = { identity: plain, owed: owedEntries(), log: silentLog };
  return createRefusedSignInTeller({ ...deps, timers });
}

const world = () => ({ ...identityWorld, identity: audited });

function owedEntries(on: Store = store, log: SystemLog = silentLog) {
  const checkpoints = { noteAppended: () => undefined };
  return createOwedEntries({ store: on, log, checkpoints });
}

async function rowsOf(organizationId: RecordId) {
  const prefix = [organizationScope(organizationId)];
  const rows = await store.read(organizationId, (tx) =>
    tx.scan(auditTable, { prefix }),
  );
  return rows.map(({ value }) => value);
}

const entriesOf = async (organizationId: RecordId) =>
  (await rowsOf(organizationId)).map(({ entry }) => entry);

const owed = () =>
  store.read(identityPartition, (tx) => tx.scan(owedEventsTable));

const join = (identity = audited) =>
  identity.invitations.linkPerson(
    { organizationId: clinic, memberId },
    ann.personId,
  );

async function register(identity = audited): Promise<DeviceId> {
  const grant = await registerOn(
    { ...world(), identity },
    tablet,
    ann.sessionToken,
  );
  if (!grant.ok) throw new Error(grant.error.code);
  return grant.value.deviceId;
}

const linked = { event: "member-linked", memberId } as const;
const signedIn = { event: "sign-in", memberId } as const;

/** A store that cannot commit what is written into one of its partitions. */
function failingIn(partition: string): Store {
  return {
    write: (into, work) =>
      store.write(into, async (tx) => {
        const result = await work(tx);
        if (into === partition) throw new StoreError("store-full", "no space");
        return result;
      }),
    read: (from, work) => store.read(from, work),
    listPartitions: () => store.listPartitions(),
    close: () => store.close(),
  };
}

test("[AU-9] a device is an entry when it is registered and when it is revoked, once each", async () => {
  await join();
  const deviceId = await register();
  expect(await register()).toBe(deviceId);
  await audited.devices.revoke(deviceId);
  await audited.devices.revoke(deviceId);
  expect(await entriesOf(clinic)).toEqual([
    linked,
    { event: "device-registered", memberId, deviceId },
    { event: "device-revoked", memberId, deviceId },
  ]);
  expect(await owed()).toEqual([]);
});

test("[AU-9] leaving a device, and a person who is revoked, are entries", async () => {
  await join();
  const deviceId = await register();
  const ben = await signInSomebody(world(), "ben@clinic.example");
  await registerOn(world(), tablet, ben.sessionToken);
  const revoked = { event: "device-revoked", memberId, deviceId };
  await audited.devices.leave(ann.personId, deviceId);
  expect(await entriesOf(clinic)).toContainEqual(revoked);
  await register();
  await audited.revokePerson(ann.personId);
  const entries = await entriesOf(clinic);
  expect(entries.filter(({ event }) => event === "device-revoked")).toEqual([
    revoked,
    revoked,
  ]);
});

test("[AU-9] an invitation is an entry when it is made and when it is accepted; a repeated or refused acceptance is none", async () => {
  const code = await audited.invitations.createInvitation({
    organizationId: clinic,
    memberId,
    invitedBy: ann.personId,
    byMemberId: otherMemberId,
    expiresAtMs: clock.now() + 1_000,
  });
  const { invitations } = audited;
  await invitations.acceptInvitation(code, ann.personId);
  await invitations.acceptInvitation(code, ann.personId);
  const ben = await signInSomebody(world(), "ben@clinic.example");
  const refused = await invitations.acceptInvitation(code, ben.personId);
  expect(refused.ok).toBe(false);
  expect(await entriesOf(clinic)).toEqual([
    {
      event: "invitation-created",
      memberId,
      byMemberId: otherMemberId,
    },
    { event: "invitation-accepted", memberId },
  ]);
});

test("[AU-9] each organization of the person has its entry, of its own member; nobody else's has", async () => {
  await join();
  await audited.invitations.linkPerson(
    { organizationId: other, memberId: otherMemberId },
    ann.personId,
  );
  await audited.signIn(credentials);
  await signInSomebody(world(), "stranger@clinic.example");
  expect((await entriesOf(clinic)).slice(1)).toEqual([signedIn]);
  expect((await entriesOf(other)).slice(1)).toEqual([
    { event: "sign-in", memberId: otherMemberId },
  ]);
});

test("[AU-11] a sign-in that is refused leaves no entry of one", async () => {
  await join();
  const grant = await audited.signIn({ email, password: "wrong horse" });
  expect(grant.ok).toBe(false);
  expect(await entriesOf(clinic)).toEqual([linked]);
  expect(await owed()).toEqual([]);
});

test("[AU-11] an act whose transaction fails owes nothing", async () => {
  const invitations = createInvitations({
    ...identityWorld,
    store: failingIn(identityPartition),
  });
  const linking = invitations.linkPerson(
    { organizationId: clinic, memberId },
    ann.personId,
  );
  await expect(linking).rejects.toThrow("no space");
  expect(await owed()).toEqual([]);
});

test("[AU-11] what a crash left untold is told at the next start, in order and with the time of the act", async () => {
  await join(plain);
  clock.advance(1_000);
  await plain.signIn(credentials);
  const actAtMs = clock.now();
  clock.advance(60_000);
  expect(await entriesOf(clinic)).toEqual([]);

  const server = await createServer({
    store,
    identity: plain,
    recordTypes: createRecordTypes(sutureRecords),
    clock,
    timers: new HandTimers(),
    random: identityWorld.random,
    log: silentLog,
  });
  expect(await rowsOf(clinic)).toMatchObject([
    { entry: linked, atMs: actAtMs - 1_000 },
    { entry: signedIn, atMs: actAtMs },
  ]);
  expect(await owed()).toEqual([]);
  await server.close();
  expect(await verifyAudit(store)).toMatchObject({ isIntact: true });
});

test("[AU-11] a crash between the entry and what was owed tells nothing twice", async () => {
  await join(plain);
  await owedEntries(failingIn(identityPartition)).settle();
  expect(await owed()).toHaveLength(1);
  await plain.signIn(credentials);
  await owedEntries().settle();
  await owedEntries().settle();
  expect(await entriesOf(clinic)).toEqual([linked, signedIn]);
});

test("[AU-11] many acts at once are told once each", async () => {
  await join();
  const grants = await Promise.all(
    Array.from({ length: 8 }, () => audited.signIn(credentials)),
  );
  expect(grants.every((grant) => grant.ok)).toBe(true);
  expect((await entriesOf(clinic)).slice(1)).toEqual(
    Array.from({ length: 8 }, () => signedIn),
  );
});

test("[AU-11] more is owed than fits a page, and all of it is told", async () => {
  await join(plain);
  for (let count = 0; count < 600; count += 1) await plain.signIn(credentials);
  await owedEntries().settle();
  expect(await entriesOf(clinic)).toHaveLength(601);
  expect(await owed()).toEqual([]);
});

test("[AU-12] an organization whose chain cannot be written keeps nobody out, and is told later", async () => {
  await join();
  await audited.invitations.linkPerson(
    { organizationId: other, memberId: otherMemberId },
    ann.personId,
  );
  const errors: unknown[] = [];
  const log: SystemLog = {
    ...silentLog,
    error: (event, fields) => errors.push([event, fields]),
  };
  const broken = auditIdentity(
    plain,
    owedEntries(failingIn(clinic), log),
    teller(),
  );
  expect((await broken.signIn(credentials)).ok).toBe(true);
  expect(errors).toEqual([["audit.owed", { organizationId: clinic }]]);
  expect((await entriesOf(other)).at(-1)).toEqual({
    event: "sign-in",
    memberId: otherMemberId,
  });
  expect(await entriesOf(clinic)).toEqual([linked]);

  await audited.signIn(credentials);
  expect(await entriesOf(clinic)).toEqual([linked, signedIn, signedIn]);
});

test("[AU-2] what is owed holds ids only, as its entries do", async () => {
  await join(plain);
  await plain.signIn(credentials);
  await register(plain);
  const text = JSON.stringify(await owed());
  for (const secret of [email, "Somebody", "Ward tablet", ann.personId, "eyJ"])
    expect(text).not.toContain(secret);
});
