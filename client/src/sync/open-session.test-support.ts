/** A session over a socket pair, and what a test makes of the server at its other end. */
import {
  createMemoryStore,
  decodeClientFrame,
  deviceIdSchema,
  encodeFrame,
  personIdSchema,
  socketPair,
  type ClientMessage,
  type PersonId,
  type ServerMessage,
  type Timer,
  type WelcomeMessage,
} from "@suture/schema";

import { clientTables } from "../store/client-tables.ts";
import { openLocalLog, type LocalLog } from "../store/local-log.ts";
import type { SyncProblem } from "./sync-problem.ts";
import { SyncSession, type SyncSessionEvents } from "./sync-session.ts";

const personId = personIdSchema.parse("person");
const deviceId = deviceIdSchema.parse("00000000-0000-4000-8000-000000000001");

export const welcome: WelcomeMessage = {
  type: "welcome",
  sessionId: "session",
  serverTimeMs: 0,
  memberships: [],
  scopes: [],
  schemaVersions: [1, 1],
  jwks: { keys: [] },
};

export async function openSession({
  person = personId,
  log: given,
  readTypes = [],
  others = [],
}: {
  readonly person?: PersonId;
  readonly log?: LocalLog;
  readonly readTypes?: readonly string[];
  /** Who else is signed in on the device. */
  readonly others?: readonly PersonId[];
} = {}) {
  const clock = { now: () => 0 };
  const log =
    given ??
    (await openLocalLog({
      store: createMemoryStore({ tables: clientTables }),
      clock,
    }));
  const pair = socketPair();
  const frames: ClientMessage[] = [];
  pair.server.listen({
    onFrame(frame) {
      const message = decodeClientFrame(frame);
      if (!message.ok) throw new Error(message.error.reason);
      frames.push(message.value);
    },
    onClose: () => undefined,
  });
  const timers = handTimers();
  const told: string[] = [];
  const ended: SyncProblem[] = [];
  const retries: (number | undefined)[] = [];
  const renewals: string[] = [];
  const events: SyncSessionEvents = {
    onWelcome: () => told.push("welcome"),
    onAnswer: () => told.push("answer"),
    onProgress: () => told.push("progress"),
    onCaughtUp: () => told.push("caught-up"),
    onPresence: () => told.push("presence"),
    onEnd(problem, retryAfterMs) {
      ended.push(problem);
      retries.push(retryAfterMs);
    },
  };
  const session = new SyncSession({
    socket: pair.client,
    log,
    clock,
    timers,
    deviceId,
    personId: person,
    tokens: () =>
      Promise.resolve(
        new Map([person, ...others].map((one) => [one, "token"])),
      ),
    renewedToken: () => Promise.resolve(renewals.shift()),
    readableTypes: () => readTypes,
    appVersion: "test",
    events,
  });
  await session.start();
  pair.flush();

  /** Lets the session's queue run dry: everything in it is a promise over a store in memory. */
  const settle = async () => {
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    pair.flush();
  };
  const sayBytes = async (frame: Uint8Array) => {
    pair.server.send(frame);
    pair.flush();
    await settle();
  };
  return {
    session,
    pair,
    told,
    ended,
    renewals,
    settle,
    sayBytes,
    say: (message: ServerMessage) => sayBytes(encodeFrame(message)),
    get retryAfterMs() {
      return retries[0];
    },
    /** What the server got since it was last asked. */
    received() {
      pair.flush();
      return frames.splice(0);
    },
    pass(ms: number) {
      timers.pass(ms);
      pair.flush();
    },
  };
}

/** Timers that fire when told how much time has passed. */
function handTimers() {
  let nowMs = 0;
  const due = new Map<
    Timer,
    { readonly atMs: number; readonly task: () => void }
  >();
  return {
    after(delayMs: number, task: () => void): Timer {
      const timer: Timer = { cancel: () => due.delete(timer) };
      due.set(timer, { atMs: nowMs + delayMs, task });
      return timer;
    },
    pass(ms: number) {
      nowMs += ms;
      for (const [timer, { atMs, task }] of due) {
        if (atMs > nowMs || !due.delete(timer)) continue;
        task();
      }
    },
  };
}
