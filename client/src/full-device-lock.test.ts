/** Who may open a tablet that is locked and has no space left: tries have to be counted all the same. */
import {
  createMemoryStore,
  deviceIdSchema,
  StoreError,
  type Store,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import type { ClientOptions } from "./client-options.ts";
import type { Client } from "./client.ts";
import { createClient } from "./create-client.ts";
import type { SpareNumbers } from "./identity/password-checks.ts";
import {
  createMemoryTokenStore,
  type TokenStore,
} from "./identity/token-store.ts";
import { personIdOf, startMs } from "./records/clinic.test-support.ts";
import { clientTables } from "./store/client-tables.ts";
import { notStarted } from "./sync/sync-engine.ts";

const minuteMs = 60_000;
const ada = personIdOf("ada");
const ben = personIdOf("ben");
const password = "ada's own words";
const opened = { ok: true };
const wrong = { error: { code: "password-wrong" } };

let store: Store;
let tokens: TokenStore;
let clock: { nowMs: number; now(): number };
let isFull: boolean;
/** What was asked of the server, which seems to answer. */
let asked: string[];
/** What the device keeps where it has no space for rows. */
let spares: Map<string, number>;
let areSparesTaken: boolean;
let areSparesRead: boolean;
let spareNumbers: SpareNumbers | undefined;
let timers: (() => void)[];
/** Those that hear of each other. */
let tabs: Client[];

beforeEach(async () => {
  const rows = createMemoryStore({ tables: clientTables });
  isFull = false;
  store = {
    read: (partition, work) => rows.read(partition, work),
    listPartitions: () => rows.listPartitions(),
    close: () => rows.close(),
    write: (partition, work) =>
      rows.write(partition, (tx) =>
        work({
          get: (table, key) => tx.get(table, key),
          scan: (table, range) => tx.scan(table, range),
          put: (table, key, value) =>
            isFull ? noSpace() : tx.put(table, key, value),
          delete: (table, key) => tx.delete(table, key),
        }),
      ),
  };
  clock = {
    nowMs: startMs,
    now() {
      return this.nowMs;
    },
  };
  asked = [];
  spares = new Map();
  areSparesTaken = true;
  areSparesRead = true;
  timers = [];
  tabs = [];
  spareNumbers = {
    read: async (name) => {
      if (!areSparesRead) throw new Error("nothing of them is read");
      return spares.get(name) ?? 0;
    },
    raise: async (name, from, to) => {
      if (!areSparesTaken) throw new Error("nothing at all is taken");
      if ((spares.get(name) ?? 0) !== from) return false;
      spares.set(name, to);
      return true;
    },
    clear: async (name) => void spares.delete(name),
  };
  tokens = createMemoryTokenStore();
  for (const personId of [ada, ben])
    await tokens.saveGrant({
      personId,
      deviceId: deviceIdSchema.parse("0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a"),
      syncToken: "a token",
      syncTokenExpiresAtMs: startMs + 1e9,
      refreshToken: undefined,
    });
});

const noSpace = () =>
  Promise.reject(new StoreError("store-full", "no space is left"));

/** As a page that is loaded. */
const open = (
  heard: Pick<ClientOptions, "tellLocked" | "tellOpened"> = {},
  restart: () => void = () => undefined,
): Promise<Client> =>
  createClient({
    ...heard,
    url: "https://suture.test",
    ...{ store, tokens, clock, ...(spareNumbers && { spareNumbers }) },
    timers: {
      after: (_delayMs, task) => {
        timers.push(task);
        return {
          cancel: () => void (timers = timers.filter((one) => one !== task)),
        };
      },
    },
    lock: { passwordRounds: 10, unusedMs: 15 * minuteMs },
    connect: () =>
      Promise.resolve({ ok: false, error: { kind: "unreachable" } }),
    startSyncDriver: () => ({
      status: { ...notStarted(undefined), state: "up-to-date" },
      start: () => undefined,
      stop: () => undefined,
      restart,
      push: () => undefined,
    }),
    fetch: async (url) => {
      asked.push(new URL(url).pathname);
      throw new TypeError("no network");
    },
  });

/** As a page beside others of the same browser. */
async function openTab(): Promise<Client> {
  const toOthers = (tell: (other: Client) => Promise<void>) => {
    for (const other of tabs) if (other !== tab) void tell(other);
  };
  const tab: Client = await open(
    {
      tellLocked: () => toOthers((other) => other.lock.closeHere()),
      tellOpened: (isStored) =>
        toOthers((other) => other.lock.wasOpenedElsewhere(isStored)),
    },
    () => toOthers((other) => other.renewPersons()),
  );
  tabs.push(tab);
  return tab;
}

/** That Ada and Ben are signed in on, each with a check of their password; Ada uses it. */
async function tablet(opening: () => Promise<Client> = open): Promise<Client> {
  const client = await opening();
  await client.usePerson(ben);
  const code = { email: null, password: "ben's own code" };
  await client.lock.keepCheck(ben, code);
  await client.usePerson(ada);
  const login = { email: "ada@clinic.example", password };
  await client.lock.keepCheck(ada, login);
  return client;
}

const openAs = (client: Client, given: string, personId: typeof ada = ada) =>
  client.lock.open({ personId, password: given, deviceName: "Tablet" });

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo()))
    await new Promise<void>((resolve) => setImmediate(resolve));
}

/** As it is after whoever held it went, and its disk was filled. */
async function lockedAndFull(): Promise<Client> {
  const client = await tablet();
  await client.lock.close();
  isFull = true;
  return open();
}

test("[AP-167] a right password opens a device that is full, in the tab where it was given and until that is loaded again; with space it is opened for all", async () => {
  const client = await lockedAndFull();
  const otherTab = await open();
  expect(await openAs(client, "a guess")).toMatchObject(wrong);
  expect(await openAs(client, password)).toMatchObject(opened);
  // Nothing that the server says of it could be kept.
  expect(asked).toEqual([]);
  expect(client.person?.personId).toBe(ada);
  await client.renewPersons();
  expect(client.person?.personId).toBe(ada);
  expect(await client.lock.closeIfUnused()).toBe(15 * minuteMs);
  await otherTab.renewPersons();
  expect(otherTab.person).toBeNull();
  expect((await open()).person).toBeNull();

  isFull = false;
  await client.space.look();
  await until(async () => (await open()).person?.personId === ada);
});

test("[AP-167] guesses at a full device are counted, loading it anew and a clock set back included, and by nobody else's password forgiven", async () => {
  await lockedAndFull();
  for (const guess of ["one", "two", "three"])
    expect(await openAs(await open(), guess)).toMatchObject(wrong);
  expect(await openAs(await open(), password)).toMatchObject({
    error: { code: "too-many-tries", retryAfterMs: 30_000 },
  });
  expect(await openAs(await open(), "ben's own code", ben)).toMatchObject(
    opened,
  );
  clock.nowMs += 29_000;
  expect(await openAs(await open(), password)).toMatchObject({
    error: { code: "too-many-tries", retryAfterMs: 1_000 },
  });
  clock.nowMs -= 60 * minuteMs;
  expect(await openAs(await open(), password)).toMatchObject({
    error: { code: "too-many-tries" },
  });
  clock.nowMs += minuteMs;
  expect(await openAs(await open(), password)).toMatchObject(opened);
  // Forgiven, as anywhere.
  expect(await openAs(await open(), "a slip")).toMatchObject(wrong);
  expect(await openAs(await open(), password)).toMatchObject(opened);
});

test("[AP-167] of guesses side by side at a full device no more are judged than one after another", async () => {
  const client = await lockedAndFull();
  const tabs = [client, await open(), await open(), await open()];
  const tries = await Promise.all(tabs.map((tab) => openAs(tab, "no")));
  expect(
    tries.map((one) => (one.ok ? "open" : one.error.code)).toSorted(),
  ).toEqual([
    "password-wrong",
    "password-wrong",
    "password-wrong",
    "too-many-tries",
  ]);
});

test.each(["it takes nothing", "there are none"])(
  "[AP-168] where a full device cannot count tries in another way, as %s, each waits a quarter of an hour, and anew after loading",
  async (why) => {
    areSparesTaken = why !== "it takes nothing";
    if (why === "there are none") spareNumbers = undefined;
    const client = await lockedAndFull();
    const mustWait = (retryAfterMs: number) => ({
      error: { code: "too-many-tries", retryAfterMs },
    });
    expect(await openAs(client, password)).toMatchObject(
      mustWait(15 * minuteMs),
    );
    clock.nowMs += 14 * minuteMs;
    expect(await openAs(client, password)).toMatchObject(mustWait(minuteMs));
    expect(await openAs(await open(), password)).toMatchObject(
      mustWait(15 * minuteMs),
    );
    clock.nowMs += minuteMs;
    expect(await openAs(client, "no")).toMatchObject(wrong);
    expect(await openAs(client, password)).toMatchObject(
      mustWait(15 * minuteMs),
    );
    clock.nowMs += 15 * minuteMs;
    expect(await openAs(client, password)).toMatchObject(opened);
  },
);

test("[AP-169] a device that is locked while it is full is locked when it is opened again, for whoever had it and whoever took it", async () => {
  const client = await tablet();
  isFull = true;
  await client.lock.close();
  const later = await open();
  expect(later.person).toBeNull();
  expect(await openAs(later, password)).toMatchObject(opened);
  expect((await open()).person).toBeNull();

  isFull = false;
  await later.space.look();
  await until(async () => (await open()).person?.personId === ada);
  expect(spares.size).toBe(0);
});

test("[AP-169] a device that takes nothing at all is locked when it is opened again, and stays so with space: nothing else tells that it was locked", async () => {
  const client = await tablet();
  isFull = true;
  areSparesTaken = false;
  await client.lock.close();
  // As a page that is loaded anew.
  client.lock.stop();
  const later = await open();
  expect(later.person).toBeNull();
  await later.renewPersons();
  expect(later.person).toBeNull();
  expect(await openAs(later, password)).toMatchObject({
    error: { code: "too-many-tries", retryAfterMs: 15 * minuteMs },
  });

  isFull = false;
  timers.pop()?.();
  await until(() => timers.length === 0);
  await until(async () => (await open()).person === null);
  expect(await openAs(later, password)).toMatchObject(opened);
  expect((await open()).person?.personId).toBe(ada);
});

test("[AP-169] a full device that nobody locked, and would keep it, stays open when it is loaded again", async () => {
  await tablet();
  isFull = true;
  expect((await open()).person?.personId).toBe(ada);
  expect(spares.size).toBe(0);
});

test("[AP-169] where it cannot be read whether a device was locked, it is, and a password opens it", async () => {
  await tablet();
  areSparesRead = false;
  const later = await open();
  expect(later.person).toBeNull();
  expect(await openAs(later, password)).toMatchObject(opened);
  expect(later.person?.personId).toBe(ada);
});

test("[AP-182] who opens a full device closes it in the other tabs for whoever had it there", async () => {
  const [first, second] = [await tablet(openTab), await openTab()];
  await first.lock.close();
  isFull = true;
  expect(await openAs(first, password)).toMatchObject(opened);
  expect(first.person?.personId).toBe(ada);
  expect(await openAs(second, "ben's own code", ben)).toMatchObject(opened);
  expect(second.person?.personId).toBe(ben);
  await until(() => first.person === null);
  await first.renewPersons();
  expect(first.person).toBeNull();
  expect(await openAs(first, password)).toMatchObject(opened);
  await until(() => second.person === null);
});

test.each(["before", "after"])(
  "[AP-182] a lock that waits for space throws nobody out who opened the device in another tab %s there was some",
  async (when) => {
    const [first, second] = [await tablet(openTab), await openTab()];
    isFull = true;
    await first.lock.close();
    await until(() => second.person === null);
    expect(timers).toHaveLength(1);
    isFull = when === "before";
    expect(await openAs(second, password)).toMatchObject(opened);
    expect(timers).toEqual([]);
    expect(second.person?.personId).toBe(ada);
  },
);

test("[AP-167] once there is space, whoever opened a full device has it in the tabs that were open meanwhile, and sync is told", async () => {
  const [first, second] = [await tablet(openTab), await openTab()];
  isFull = true;
  await first.lock.close();
  await until(() => second.person === null);
  expect(await openAs(second, "ben's own code", ben)).toMatchObject(opened);
  await first.renewPersons();
  expect(first.person).toBeNull();

  isFull = false;
  await second.space.look();
  // It hears of it as whatever syncs does.
  await until(() => first.person?.personId === ben);
  expect(second.person?.personId).toBe(ben);
});

test("[AP-167] a try that was stored by a clock set ahead keeps nobody from a device that is full since", async () => {
  const client = await tablet();
  await client.lock.close();
  clock.nowMs += 60 * minuteMs;
  for (const guess of ["one", "two", "three"])
    expect(await openAs(client, guess)).toMatchObject(wrong);
  clock.nowMs -= 60 * minuteMs;
  isFull = true;
  expect(await openAs(client, password)).toMatchObject({
    error: { code: "too-many-tries", retryAfterMs: 30_000 },
  });
  clock.nowMs += minuteMs;
  expect(await openAs(client, password)).toMatchObject(opened);
});

test("[AP-183] tries at a device that is full and then is not, or the other way round, are counted together", async () => {
  const client = await tablet();
  await client.lock.close();
  for (const [guess, isFullThen] of [
    ["one", true],
    ["two", false],
    ["three", true],
  ] as const) {
    isFull = isFullThen;
    expect(await openAs(client, guess)).toMatchObject(wrong);
  }
  for (const isFullThen of [false, true]) {
    isFull = isFullThen;
    expect(await openAs(client, password)).toMatchObject({
      error: { code: "too-many-tries", retryAfterMs: 30_000 },
    });
  }
  isFull = false;
  clock.nowMs += 30_000;
  expect(await openAs(client, password)).toMatchObject(opened);
});
