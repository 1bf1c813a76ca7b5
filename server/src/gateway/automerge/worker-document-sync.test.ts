import {
  patient,
  readPeerSyncMessage,
  recordIdFromBytes,
  type SyncJob,
  type Timers,
} from "@suture/schema";
import { afterEach, describe, expect, test } from "vitest";
import { createTestRandom } from "../../identity/identity-world.ts";
import { RecordWriter } from "../../sample/record-writer.ts";
import { systemTimers } from "../../system-runtime.ts";
import {
  createInlineDocumentSync,
  type DocumentSync,
} from "./document-sync.ts";
import type { StartSyncThread } from "./start-sync-thread.ts";
import { createWorkerDocumentSync } from "./worker-document-sync.ts";

/** Of whoever has nothing, about a record with one change. */
function job(change?: Uint8Array): SyncJob {
  const random = createTestRandom();
  const record = new RecordWriter(patient, random);
  const memberId = recordIdFromBytes(random.bytes(16));
  const writer = { memberId, deviceId: "d" as never, atMs: 0 };
  const created = record.create(writer, { parentId: null });
  return {
    changes: [change ?? created.bytes],
    state: null,
    isReadOnly: false,
    message: Uint8Array.of(0x42, 0, 0, 1, 0, 0, 0),
    missing: [],
  };
}

const poison = job(Uint8Array.of(1, 2, 3));

// From sources a thread compiles what it loads, which takes a while.
const startMs = 60_000;

describe.each([
  ["inline", () => createInlineDocumentSync()],
  ["threads", () => createWorkerDocumentSync({ timers: systemTimers })],
] satisfies [string, () => DocumentSync][])("%s", (_name, open) => {
  let documentSync: DocumentSync;
  afterEach(() => documentSync.close());

  test(
    "[PA-8] a step is answered, one that fails is null, and the next one finds everything as good as new",
    async () => {
      documentSync = open();
      const honest = job();
      for (let count = 0; count < 2; count += 1) {
        const steps = await Promise.all(
          [honest, poison, honest].map((one) => documentSync.step(one)),
        );
        expect(steps[1]).toBeNull();
        for (const step of [steps[0], steps[2]]) {
          const read = readPeerSyncMessage(step?.reply ?? new Uint8Array());
          expect(read).toMatchObject({ value: { changes: honest.changes } });
          expect(step?.sent).toHaveLength(1);
        }
      }
      await documentSync.close();
      expect(await documentSync.step(honest)).toBeNull();
    },
    startMs,
  );
});

describe("[PA-8] a thread", () => {
  /** Threads that do what a test says, and deadlines that pass when it says. */
  function createScene() {
    const threads: Parameters<StartSyncThread>[0][] = [];
    const ended: number[] = [];
    const sent: number[] = [];
    const deadlines = new Set<() => void>();
    const timers: Timers = {
      after(_, task) {
        deadlines.add(task);
        return { cancel: () => void deadlines.delete(task) };
      },
    };
    const documentSync = createWorkerDocumentSync({
      timers,
      limits: { maxExternalBytes: 100, maxSmallBytes: 10_000 },
      startThread: (listener) => {
        const number = threads.push(listener) - 1;
        return {
          send: () => void sent.push(number),
          end: async () => void ended.push(number),
        };
      },
    });
    const answer = (number: number, externalBytes = 0) =>
      threads[number]?.onReport({
        step: { state: {} as never, sent: [], reply: null, workMs: 1 },
        externalBytes,
      });
    const passDeadline = () => {
      for (const task of [...deadlines]) if (deadlines.delete(task)) task();
    };
    return { documentSync, threads, ended, sent, answer, passDeadline };
  }

  test("that does not answer in time, or ends, is replaced, and only its step is lost", async () => {
    const { documentSync, threads, ended, sent, answer, passDeadline } =
      createScene();
    const steps = [1, 2, 3].map(() => documentSync.step(job()));
    expect(sent).toEqual([0]);
    threads[0]?.onBegin();
    passDeadline();
    expect(sent).toEqual([0, 1]);
    threads[1]?.onEnd();
    expect(sent).toEqual([0, 1, 2]);
    // Too late: it is somebody else's turn.
    answer(0);
    answer(2);
    expect(await Promise.all(steps)).toMatchObject([null, null, { workMs: 1 }]);
    expect(ended).toEqual([0, 1]);
  });

  test("that has grown too large is replaced after its answer", async () => {
    const { documentSync, ended, sent, answer } = createScene();
    const steps = [1, 2].map(() => documentSync.step(job()));
    answer(0, 101);
    answer(1);
    expect(await Promise.all(steps)).toMatchObject([
      { workMs: 1 },
      { workMs: 1 },
    ]);
    expect([sent, ended]).toEqual([[0, 1], [0]]);
  });

  test("takes the steps of small records, another one those of large ones", async () => {
    const { documentSync, sent, answer } = createScene();
    const large = documentSync.step(job(new Uint8Array(10_001)));
    const small = documentSync.step(job());
    expect(sent).toEqual([0, 1]);
    answer(1);
    expect(await small).toMatchObject({ workMs: 1 });
    await documentSync.close();
    expect(await large).toBeNull();
  });
});
