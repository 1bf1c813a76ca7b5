import {
  closeCodes,
  createMemoryStore,
  deviceIdSchema,
  err,
  ok,
  personIdSchema,
  socketPair,
  type MessageSocket,
  type Result,
} from "@suture/schema";
import { expect, test } from "vitest";

import { createClient } from "../create-client.ts";
import { createMemoryTokenStore } from "../identity/token-store.ts";
import { clientTables } from "../store/client-tables.ts";
import { openLocalLog } from "../store/local-log.ts";
import type { ConnectFailure, ConnectRequest } from "./connect.ts";
import { LastHeardKeeper } from "./last-heard.ts";
import { SyncEngine, type SyncStatus } from "./sync-engine.ts";

type Answer = (
  request: ConnectRequest,
) => Result<MessageSocket, ConnectFailure>;

const unreachable: Answer = () => err({ kind: "unreachable" });
const refused =
  (code: string, dpopNonce?: string): Answer =>
  () =>
    err({
      kind: "answered",
      status: 401,
      contentType: "application/json",
      body: JSON.stringify({ code }),
      dpopNonce,
      retryAfterMs: undefined,
    });
const busy =
  (retryAfterMs: number): Answer =>
  () =>
    err({
      kind: "answered",
      status: 503,
      contentType: "",
      body: "",
      dpopNonce: undefined,
      retryAfterMs,
    });

test("[SY-24] a failure that may pass is tried again, later each time", async () => {
  const world = await openEngine([unreachable, unreachable, unreachable]);
  world.engine.start();
  await world.settle();
  expect(world.status()).toMatchObject({
    state: "waiting",
    problem: { code: "unreachable" },
    nextAttemptAtMs: 999,
  });
  world.fireRetry();
  await world.settle();
  expect(world.status().nextAttemptAtMs).toBe(1_999);
});

test("[SY-24] a failure that needs somebody to act stops the engine until it is started again", async () => {
  const world = await openEngine([refused("token-revoked"), unreachable]);
  world.engine.start();
  await world.settle();
  expect(world.status()).toMatchObject({
    state: "stopped",
    problem: { code: "token-revoked", isRetryable: false },
  });
  expect(world.delays).toEqual([]);
  world.engine.start();
  await world.settle();
  expect(world.status().state).toBe("waiting");
});

test("[SY-24] a server that wants its own nonce in the proof gets it", async () => {
  const world = await openEngine([
    refused("use_dpop_nonce", "nonce-1"),
    () => ok(socketPair().client),
  ]);
  world.engine.start();
  await world.settle();
  const proofs = await Promise.all(
    world.requests.map(({ prove }) => prove("GET", "wss://suture.test/sync")),
  );
  expect(proofs.map(({ nonce }) => nonce)).toEqual(["", "nonce-1"]);
});

test("[SY-20] a server that says when to come back is not asked before, and not by all at once", async () => {
  const year = 365 * 24 * 3_600_000;
  const world = await openEngine([busy(30_000), busy(year)]);
  world.engine.start();
  await world.settle();
  expect(world.status()).toMatchObject({
    state: "waiting",
    problem: { code: "server-busy" },
    nextAttemptAtMs: 30_999,
  });
  // Whoever answered may not be the server: nobody can send a device away for a year.
  world.fireRetry();
  await world.settle();
  expect(world.status().nextAttemptAtMs).toBe(900_000 + 1_999);
});

test("[SY-21] a device whose stored sign-in cannot be read says so and tries again", async () => {
  const world = await openEngine([], { canReadTokens: false });
  world.engine.start();
  await world.settle();
  expect(world.status()).toMatchObject({
    state: "waiting",
    problem: { code: "sign-in-unreadable", isRetryable: true },
  });
});

test("[LM-9] whose connection another of its own took waits a minute before it takes that one's", async () => {
  const pair = socketPair();
  const world = await openEngine([() => ok(pair.client)]);
  world.engine.start();
  await world.settle();
  pair.server.close(closeCodes.replaced, "replaced");
  pair.flush();
  expect(world.status()).toMatchObject({
    state: "waiting",
    problem: { code: "connected-elsewhere", isRetryable: true },
    nextAttemptAtMs: 60_999,
  });
});

test("[SY-24] nobody signed in: nothing is opened", async () => {
  const world = await openEngine([], { isSignedIn: false });
  world.engine.start();
  await world.settle();
  expect(world.status().problem?.code).toBe("signed-out");
  expect(world.requests).toEqual([]);
});

test("[SY-24] a socket that opens after stop is closed unused", async () => {
  const pair = socketPair();
  const closed: number[] = [];
  pair.server.listen({
    onFrame: () => undefined,
    onClose: (code) => closed.push(code),
  });
  const world = await openEngine([() => ok(pair.client)]);
  world.engine.start();
  world.engine.stop();
  await world.settle();
  pair.flush();
  expect(closed).toEqual([1000]);
  expect(world.status().state).toBe("stopped");
});

async function openEngine(
  answers: Answer[],
  { isSignedIn = true, canReadTokens = true } = {},
) {
  const clock = { now: () => 0 };
  const log = await openLocalLog({
    store: createMemoryStore({ tables: clientTables }),
    clock,
  });
  const statuses: SyncStatus[] = [];
  const requests: ConnectRequest[] = [];
  const retries: (() => void)[] = [];
  const delays: number[] = [];
  const engine = new SyncEngine({
    url: "wss://suture.test/sync",
    log,
    identity: {
      credentials: async () => {
        if (!canReadTokens) throw new Error("the keyring is locked");
        return isSignedIn
          ? [
              {
                personId: personIdSchema.parse("person"),
                deviceId: deviceIdSchema.parse(
                  "00000000-0000-4000-8000-000000000001",
                ),
                syncToken: "token",
              },
            ]
          : [];
      },
      headers: ({ nonce }) => Promise.resolve({ nonce: nonce ?? "" }),
      renewedToken: () => Promise.resolve(undefined),
    },
    readableTypes: () => [],
    appVersion: "test",
    connect: (request) => {
      requests.push(request);
      return Promise.resolve((answers.shift() ?? unreachable)(request));
    },
    fetch: () => Promise.reject(new Error("no network in this test")),
    clock,
    timers: {
      after(delayMs, task) {
        delays.push(delayMs);
        retries.push(task);
        return { cancel: () => undefined };
      },
    },
    random: { bytes: (length) => new Uint8Array(length).fill(0xff) },
    onStatus: (status) => statuses.push(status),
    onPresence: () => undefined,
  });
  return {
    engine,
    requests,
    delays,
    status: () => engine.status,
    fireRetry: () => retries.shift()?.(),
    settle: async () => {
      for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    },
  };
}

test("[SY-32] when the server was last heard of is known after a restart, without a network", async () => {
  const store = createMemoryStore({ tables: clientTables });
  const log = await openLocalLog({ store, clock: { now: () => 0 } });
  const keeper = new LastHeardKeeper(log);
  keeper.note({ lastAnswerAtMs: 5_000, caughtUpAtMs: 4_000 });
  // Nobody reads another time of day in it.
  keeper.note({ lastAnswerAtMs: 6_000, caughtUpAtMs: 6_000 });
  keeper.note({ lastAnswerAtMs: null, caughtUpAtMs: null });
  await log.write(() => Promise.resolve());
  const client = await createClient({
    url: "https://suture.test",
    store,
    tokens: createMemoryTokenStore(),
    connect: () => Promise.resolve(err({ kind: "unreachable" })),
  });
  expect(client.syncStatus).toMatchObject({
    state: "stopped",
    lastAnswerAtMs: 5_000,
    caughtUpAtMs: 4_000,
  });
  await client.close();
});
