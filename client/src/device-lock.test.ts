import {
  createMemoryStore,
  deviceIdSchema,
  httpError,
  identityError,
  StoreError,
  type Store,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import type { Client } from "./client.ts";
import { createClient } from "./create-client.ts";
import {
  createMemoryTokenStore,
  type TokenStore,
} from "./identity/token-store.ts";
import {
  foundClinic,
  personIdOf,
  startMs,
} from "./records/clinic.test-support.ts";
import { clientTables } from "./store/client-tables.ts";
import { notStarted, type SyncState } from "./sync/sync-engine.ts";

const minuteMs = 60_000;
const ada = personIdOf("ada");
const ben = personIdOf("ben");
const password = "ada's own words";

let store: Store;
let tokens: TokenStore;
let clock: { nowMs: number; now(): number };
/** What the server takes as Ada's password; undefined while it does not answer. */
let taken: string | undefined;
let asked: string[];
/** What it answers to a sign-in instead. */
let failure: (() => Response) | undefined;
let syncState: SyncState;
let isFull: boolean;
let timers: (() => void)[];

beforeEach(async () => {
  const rows = createMemoryStore({ tables: clientTables });
  isFull = false;
  store = {
    read: (partition, work) => rows.read(partition, work),
    listPartitions: () => rows.listPartitions(),
    close: () => rows.close(),
    write: (partition, work) =>
      isFull
        ? Promise.reject(new StoreError("store-full", "no space is left"))
        : rows.write(partition, work),
  };
  timers = [];
  tokens = createMemoryTokenStore();
  clock = {
    nowMs: startMs,
    now() {
      return this.nowMs;
    },
  };
  taken = password;
  asked = [];
  failure = undefined;
  syncState = "up-to-date";
});

function open(tellLocked: () => void = () => undefined): Promise<Client> {
  return createClient({
    tellLocked,
    timers: {
      after: (_delayMs, task) => {
        timers.push(task);
        return {
          cancel: () => void (timers = timers.filter((one) => one !== task)),
        };
      },
    },
    url: "https://suture.test",
    ...{ store, tokens, clock },
    lock: { passwordRounds: 10, unusedMs: 15 * minuteMs },
    connect: () =>
      Promise.resolve({ ok: false, error: { kind: "unreachable" } }),
    startSyncDriver: () => ({
      get status() {
        return { ...notStarted(undefined), state: syncState };
      },
      start: () => undefined,
      stop: () => undefined,
      restart: () => undefined,
      push: () => undefined,
    }),
    fetch: async (url, { body }) => {
      if (taken === undefined) throw new TypeError("no network");
      const { pathname } = new URL(url);
      asked.push(pathname);
      if (pathname === "/v1/devices")
        return Response.json({
          deviceId: deviceIdOf(),
          syncToken: "a token",
          syncTokenExpiresAtMs: startMs + 1e9,
        });
      if (pathname.endsWith("/revoke") || pathname.endsWith("/sign-out"))
        return new Response(null, { status: 204 });
      if (failure !== undefined) return failure();
      const given = JSON.parse(typeof body === "string" ? body : "{}") as {
        password?: string;
      };
      if (given.password !== taken)
        return Response.json(identityError("sign-in-refused"), {
          status: 401,
        });
      return Response.json({
        personId: ada,
        sessionToken: "a session",
        sessionTokenExpiresAtMs: startMs + 900_000,
        refreshToken: "the next",
      });
    },
  });
}

const deviceIdOf = () =>
  deviceIdSchema.parse("0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a");

/** A tablet that Ada has signed in on, and Ben too, whose password it never saw. */
async function tablet(tellLocked?: () => void): Promise<Client> {
  const client = await open(tellLocked);
  const signedIn = await client.signIn({
    email: "ada@clinic.example",
    password,
    deviceName: "Tablet",
  });
  if (!signedIn.ok) throw new Error(signedIn.error.message);
  await tokens.saveGrant({
    personId: ben,
    deviceId: deviceIdOf(),
    syncToken: "another",
    syncTokenExpiresAtMs: startMs + 1e9,
    refreshToken: undefined,
  });
  await foundClinic({ client });
  return client;
}

const openAs = (client: Client, given: string, personId: typeof ada = ada) =>
  client.lock.open({ personId, password: given, deviceName: "Tablet" });

test("[AP-103] a locked device is nobody's, restarts included, and shows the names of its people; nothing of a record can be read", async () => {
  const client = await tablet();
  const [organization] = await client.organizations.list();
  await client.lock.close();
  expect(client.person).toBeNull();
  expect(client.memberships).toEqual([]);
  expect(await client.organizations.list()).toEqual([]);
  expect(await client.session()).toMatchObject({
    error: { code: "session-ended" },
  });
  const again = await open();
  expect(again.person).toBeNull();
  expect(await again.peopleHere()).toMatchObject([
    { personId: ada, name: "A founder", wasLast: true },
    { personId: ben, name: null, wasLast: false },
  ]);
  expect(await openAs(again, password)).toMatchObject({ ok: true });
  expect(again.person?.personId).toBe(ada);
  expect((await again.organizations.list()).map(({ id }) => id)).toEqual([
    organization?.id,
  ]);
});

test("[AP-103] nobody takes the place of whoever left, and of whom no password is known here signs in with the server", async () => {
  const client = await tablet();
  syncState = "waiting";
  expect(await client.leaveDevice({ evenWithUnsynced: true })).toMatchObject({
    ok: true,
  });
  expect(client.person).toBeNull();
  expect(await openAs(client, "anything", ben)).toMatchObject({
    error: { code: "sign-in-needed" },
  });
  // What was kept of the one who left has left with them.
  expect(await openAs(client, password)).toMatchObject({
    error: { code: "sign-in-needed" },
  });
});

test("[AP-104] while the server answers it judges the password, also one that was changed elsewhere", async () => {
  const client = await tablet();
  await client.lock.close();
  taken = "changed elsewhere";
  expect(await openAs(client, password)).toMatchObject({
    error: { code: "sign-in-refused" },
  });
  expect(client.person).toBeNull();
  asked = [];
  expect(await openAs(client, "changed elsewhere")).toMatchObject({ ok: true });
  expect(asked).toEqual(["/v1/sign-in", "/v1/devices"]);
  expect(client.person?.personId).toBe(ada);

  // And from then on that is what opens the device without it.
  await client.lock.close();
  syncState = "waiting";
  expect(await openAs(client, password)).toMatchObject({
    error: { code: "password-wrong" },
  });
  expect(await openAs(client, "changed elsewhere")).toMatchObject({ ok: true });
});

test.each(["known to be away", "thought to answer"])(
  "[AP-104] where the server is %s and does not answer, the device judges by itself",
  async (how) => {
    const client = await tablet();
    await client.lock.close();
    taken = undefined;
    if (how === "known to be away") syncState = "waiting";
    expect(await openAs(client, "a guess")).toMatchObject({
      error: { code: "password-wrong" },
    });
    expect(client.person).toBeNull();
    expect(await openAs(client, password)).toMatchObject({ ok: true });
    expect(client.person?.personId).toBe(ada);
  },
);

test.each([
  [
    "somebody elsewhere tried too often for this e-mail",
    () => Response.json(identityError("too-many-attempts"), { status: 429 }),
  ],
  [
    "it fails",
    () => Response.json(httpError("server-failed"), { status: 500 }),
  ],
])(
  "[AP-164] where the server answers that %s, the device judges by itself",
  async (_why, answer) => {
    const client = await tablet();
    await client.lock.close();
    failure = answer;
    expect(await openAs(client, "a guess")).toMatchObject({
      error: { code: "password-wrong" },
    });
    expect(client.person).toBeNull();
    expect(await openAs(client, password)).toMatchObject({ ok: true });
    expect(client.person?.personId).toBe(ada);
    // It was asked each time, and tries wait here as well.
    expect(asked.filter((path) => path === "/v1/sign-in")).toHaveLength(3);
    await client.lock.close();
    for (const guess of ["one", "two", "three"]) await openAs(client, guess);
    expect(await openAs(client, password)).toMatchObject({
      error: { code: "too-many-tries" },
    });
  },
);

test("[AP-104] after three wrong passwords each try waits, restarts and a clock set back included, and the right one ends that", async () => {
  const client = await tablet();
  await client.lock.close();
  syncState = "waiting";
  const tries = await Promise.all([1, 2, 3, 4].map(() => openAs(client, "no")));
  expect(tries.map((one) => (one.ok ? "open" : one.error.code))).toEqual([
    "password-wrong",
    "password-wrong",
    "password-wrong",
    "too-many-tries",
  ]);
  const again = await open();
  clock.nowMs += 29_000;
  expect(await openAs(again, password)).toMatchObject({
    error: { code: "too-many-tries", retryAfterMs: 1_000 },
  });
  clock.nowMs -= 60 * minuteMs;
  expect(await openAs(again, password)).toMatchObject({
    error: { code: "too-many-tries", retryAfterMs: 30_000 },
  });
  clock.nowMs += 30_000;
  expect(await openAs(again, "still no")).toMatchObject({
    error: { code: "password-wrong" },
  });
  clock.nowMs += 59_000;
  expect(await openAs(again, password)).toMatchObject({
    error: { code: "too-many-tries", retryAfterMs: 1_000 },
  });
  clock.nowMs += 1_000;
  expect(await openAs(again, password)).toMatchObject({ ok: true });
  await again.lock.close();
  expect(await openAs(again, "no")).toMatchObject({
    error: { code: "password-wrong" },
  });
  expect(await openAs(again, password)).toMatchObject({ ok: true });
});

test("[AP-105] a device that nobody touches is locked after fifteen minutes, however it was closed, and use in another tab keeps it open", async () => {
  const client = await tablet();
  await client.forms.keep("note", "half a sentence");
  clock.nowMs += 14 * minuteMs;
  expect(await client.lock.closeIfUnused()).toBe(minuteMs);
  const otherTab = await open();
  otherTab.lock.noteUse();
  await otherTab.forms.keep("note", "half a sentence and more");
  clock.nowMs += 14 * minuteMs;
  expect(await client.lock.closeIfUnused()).toBe(minuteMs);
  expect(client.person?.personId).toBe(ada);
  clock.nowMs += minuteMs;
  // The touch that wakes it does not open it.
  client.lock.noteUse();
  expect(await client.lock.closeIfUnused()).toBeNull();
  expect(client.person).toBeNull();

  expect(await openAs(client, password)).toMatchObject({ ok: true });
  expect(await client.forms.load("note")).toBe("half a sentence and more");
  // Closed, and opened long afterwards.
  clock.nowMs += 16 * minuteMs;
  const later = await open();
  expect(later.person).toBeNull();
});

test("[AP-163] a code is kept only for whoever uses the device when it is chosen", async () => {
  const client = await tablet();
  const code = (personId: typeof ada, chosen: string) =>
    client.lock.keepCheck(personId, { email: null, password: chosen });
  expect(await code(ben, "a code of Ada's")).toBe(false);
  expect(await code(ada, "Ada's own code")).toBe(true);
  await client.lock.close();
  expect(await code(ada, "a passer-by's")).toBe(false);
  syncState = "waiting";
  expect(await openAs(client, "a passer-by's")).toMatchObject({
    error: { code: "password-wrong" },
  });
  expect(await openAs(client, "a code of Ada's", ben)).toMatchObject({
    error: { code: "sign-in-needed" },
  });
  expect(await openAs(client, "Ada's own code")).toMatchObject({ ok: true });
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo()))
    await new Promise<void>((resolve) => setImmediate(resolve));
}

test("[AP-165] a device that cannot store its lock is locked in each tab, and stores it once there is space", async () => {
  const otherTab = await open();
  const client = await tablet(() => void otherTab.lock.closeHere());
  await otherTab.renewPersons();
  isFull = true;
  await client.lock.close();
  expect(client.person).toBeNull();
  await client.renewPersons();
  expect(client.person).toBeNull();
  await otherTab.renewPersons();
  expect(otherTab.person).toBeNull();
  // Tried again, and again in vain.
  expect(timers).toHaveLength(1);
  timers.pop()?.();
  await until(() => timers.length === 1);

  isFull = false;
  timers.pop()?.();
  await until(async () => (await open()).person === null);
  expect(timers).toEqual([]);
  expect(await openAs(client, password)).toMatchObject({ ok: true });
  await client.renewPersons();
  expect(client.person?.personId).toBe(ada);
});

test("[AP-165] nobody is locked out by a lock that is stored late: opening the device ends it", async () => {
  const client = await tablet();
  isFull = true;
  await client.lock.close();
  isFull = false;
  expect(await openAs(client, password)).toMatchObject({ ok: true });
  expect(timers).toEqual([]);
  expect((await open()).person?.personId).toBe(ada);
});

test("[AP-165] a client that is closed tries to store no lock any more", async () => {
  const client = await tablet();
  isFull = true;
  await client.lock.close();
  expect(timers).toHaveLength(1);
  await client.close();
  expect(timers).toEqual([]);
});

test("[AP-165] an untouched device is locked where the store takes nothing, too", async () => {
  const client = await tablet();
  isFull = true;
  clock.nowMs += 15 * minuteMs;
  expect(await client.lock.closeIfUnused()).toBeNull();
  expect(client.person).toBeNull();
});
