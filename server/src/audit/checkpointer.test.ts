/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
import {
  createMemoryStore,
  organizationScope,
  recordIdFromBytes,
  teamScope,
  verifyLeafProof,
  type RecordId,
  type Store,
} from "@suture/schema";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";

import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import { createKeyRing, type KeyRing } from "../identity/key-ring.ts";
import { LogAppender } from "../log/append-to-log.ts";
import { serverTables } from "../server-tables.ts";
import { silentLog } from "../system-log.ts";
import { appendAudit, noteReads } from "./append-audit.ts";
import { auditTable, checkpointsTable } from "./audit-tables.ts";
import {
  createCheckpointer,
  type Checkpointer,
  type CheckpointerDeps,
} from "./checkpointer.ts";

const organizationId = recordIdFromBytes(new Uint8Array(16).fill(1));
const teamId = recordIdFromBytes(new Uint8Array(16).fill(2));
const scopeId = organizationScope(organizationId);
const random = { bytes: (length: number) => new Uint8Array(length).fill(7) };

let timers: HandTimers;
let store: Store;
let keys: KeyRing;
let checkpoints: Checkpointer;
beforeEach(async () => {
  timers = new HandTimers();
  store = createMemoryStore({ tables: serverTables });
  const issuer = "https://suture.example";
  keys = await createKeyRing({ store, clock: timers, issuer });
  checkpoints = open();
  await store.write(organizationId, async (tx) => {
    const log = new LogAppender(tx, random);
    await log.begin(scopeId);
    await log.begin(teamScope(teamId));
    await log.flush();
  });
});
afterEach(() => checkpoints.close());

function open(changes: Partial<CheckpointerDeps> = {}): Checkpointer {
  const signCheckpoint = keys.signCheckpoint;
  const log = silentLog;
  return createCheckpointer({
    store,
    clock: timers,
    timers,
    log,
    signCheckpoint,
    ...changes,
  });
}

async function happen(by: RecordId = teamId): Promise<void> {
  await store.write(organizationId, (tx) =>
    appendAudit(
      tx,
      { scopeId, atMs: timers.now() },
      { event: "sign-in", memberId: by },
    ),
  );
  checkpoints.noteAppended(organizationId);
}

const numbers = async () =>
  (await store.read(organizationId, (tx) => tx.scan(checkpointsTable))).map(
    ({ value }) => value.claims.number,
  );

/** Until what falls due has been written. */
async function pass(ms: number): Promise<void> {
  const told = new Promise<void>((resolve) => {
    const stop = checkpoints.onCheckpoint(() => {
      stop();
      resolve();
    });
  });
  timers.advance(ms);
  await told;
}

test("[AU-3] a checkpoint follows an entry within five seconds, and covers what came until then", async () => {
  await happen();
  timers.advance(1_000);
  await happen();
  expect(await numbers()).toEqual([]);
  await pass(4_000);
  expect(await numbers()).toEqual([1]);
  const message = await checkpoints.messageFor(organizationId, [scopeId]);
  expect(message?.proofs).toHaveLength(1);
  expect(message?.proofs[0]?.leaf).toMatchObject({ scopeId, auditSequence: 2 });
});

test("[AU-4] the proofs of every scope lead to the signed root, and the keys verify it", async () => {
  await happen();
  await checkpoints.flush();
  const message = await checkpoints.messageFor(organizationId, [
    scopeId,
    teamScope(teamId),
  ]);
  if (message === undefined) throw new Error("no checkpoint");
  const { root, organizationId: signedFor } = decodeJwt(message.jws);
  expect(signedFor).toBe(organizationId);
  expect(message.proofs).toHaveLength(2);
  for (const proof of message.proofs)
    expect(verifyLeafProof(proof, String(root))).toBe(true);
});

test("[AU-3, AU-4] each message is of the last checkpoint, whoever made it, with each scope proved once", async () => {
  const scopeIds = [scopeId, teamScope(teamId), scopeId];
  const messageOf = (from: Checkpointer) =>
    from.messageFor(organizationId, scopeIds);
  expect(await messageOf(checkpoints)).toBeUndefined();
  const other = open();
  for (const [number, maker] of [checkpoints, other, checkpoints].entries()) {
    await happen();
    await maker.recover([organizationId]);
    for (const asked of [checkpoints, other]) {
      const message = await messageOf(asked);
      const { number: told, root } = decodeJwt(message?.jws ?? "");
      expect(told).toBe(number + 1);
      expect(message?.proofs.map(({ leaf }) => leaf.scopeId)).toEqual(
        [scopeId, teamScope(teamId)].toSorted(),
      );
      for (const proof of message?.proofs ?? [])
        expect(verifyLeafProof(proof, String(root))).toBe(true);
    }
  }
  await other.close();
});

test("[AU-3] nothing moved, nothing is signed; numbers rise by one", async () => {
  await happen();
  await checkpoints.flush();
  checkpoints.noteAppended(organizationId);
  await checkpoints.flush();
  expect(await numbers()).toEqual([1]);
  await happen();
  await checkpoints.flush();
  expect(await numbers()).toEqual([1, 2]);
});

test("[AU-3] what a crash left unsigned is signed at the next start", async () => {
  await happen();
  const next = open();
  await next.recover([organizationId]);
  expect(await numbers()).toEqual([1]);
  await next.close();
});

test("[AU-3] a signature that fails is tried again, and entries are not held up", async () => {
  let fails = true;
  const failing = open({
    signCheckpoint: async (claims) => {
      if (fails) throw new Error("no key");
      return keys.signCheckpoint(claims);
    },
  });
  await happen();
  await failing.recover([organizationId]);
  expect(await numbers()).toEqual([]);
  fails = false;
  await failing.flush();
  expect(await numbers()).toEqual([1]);
  await failing.close();
});

test("[AU-6] the chain of reads is signed through an entry of the audit, once", async () => {
  await happen();
  await store.write(organizationId, (tx) =>
    noteReads(tx, { scopeId, atMs: timers.now() }, [
      {
        kind: "http",
        atMs: timers.now(),
        memberId: teamId,
        what: "audit",
        recordId: null,
      },
    ]),
  );
  await checkpoints.flush();
  checkpoints.noteAppended(organizationId);
  await checkpoints.flush();
  const events = await store.read(organizationId, (tx) => tx.scan(auditTable));
  expect(events.map(({ value }) => value.entry)).toEqual([
    { event: "sign-in", memberId: teamId },
    expect.objectContaining({ event: "reads-anchored", sequence: 1 }),
  ]);
});
