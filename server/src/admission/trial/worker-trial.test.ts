import type { Timers, TrialJob } from "@suture/schema";
import { expect, test } from "vitest";
import { systemTimers } from "../../system-runtime.ts";
import { testTrialContract } from "./document-trial.contract.ts";
import type { StartTrialThread } from "./start-trial-thread.ts";
import { textJob, verdictsOf } from "./trial-job.test-support.ts";
import { createWorkerTrial } from "./worker-trial.ts";

// From sources a thread compiles what it loads, which takes a while.
testTrialContract(
  "threads",
  () => createWorkerTrial({ timers: systemTimers }),
  60_000,
);

interface StartedThread {
  readonly sent: (readonly TrialJob[])[];
  isEnded: boolean;
  begin(): void;
  /** As if every change were sound. */
  answer(externalBytes?: number): void;
  end(): void;
}

/** Threads that do what a test says, and deadlines that pass when it says. */
function createScene() {
  const threads: StartedThread[] = [];
  const deadlines = new Set<() => void>();
  const timers: Timers = {
    after(_, task) {
      deadlines.add(task);
      return { cancel: () => void deadlines.delete(task) };
    },
  };
  const startThread: StartTrialThread = (listener) => {
    const thread: StartedThread = {
      sent: [],
      isEnded: false,
      begin: () => listener.onBegin(),
      answer(externalBytes = 0) {
        const jobs = thread.sent.at(-1) ?? [];
        const results = jobs.map(({ changes }) => ({
          verdicts: changes.map(() => "sound" as const),
          workMs: 3,
        }));
        listener.onReport({ results, externalBytes });
      },
      end: () => listener.onEnd(),
    };
    threads.push(thread);
    return {
      send: (jobs) => void thread.sent.push(jobs),
      end: async () => {
        thread.isEnded = true;
      },
    };
  };
  const timed = createWorkerTrial({
    timers,
    startThread,
    limits: {
      maxTrialMs: 500,
      maxJobsPerMessage: 2,
      maxExternalBytes: 100,
      maxSmallChanges: 9,
    },
  });
  const trial = verdictsOf(timed);
  const last = () => {
    const thread = threads.at(-1);
    if (thread === undefined) throw new Error("no thread");
    return thread;
  };
  const passDeadline = () => {
    // What is due now: not what is set by it.
    for (const task of [...deadlines]) if (deadlines.delete(task)) task();
  };
  return { timed, trial, threads, last, passDeadline, deadlines };
}

test("[AD-22] jobs that wait share a message, and a thread works on one message at a time", async () => {
  const { trial, threads, last } = createScene();
  const answered = trial.try([1, 2, 3, 4].map((seed) => textJob(seed)));
  expect(last().sent.map(({ length }) => length)).toEqual([1]);
  for (const count of [2, 3, 3]) {
    last().begin();
    last().answer();
    await Promise.resolve();
    expect(last().sent).toHaveLength(count);
  }
  expect(await answered).toEqual(Array(4).fill(["sound"]));
  expect(threads).toHaveLength(1);
});

test("[AD-22] a change that takes too long alone, twice, is unsound; what was tried beside it is not", async () => {
  const { trial, threads, last, passDeadline } = createScene();
  const first = trial.try([textJob(1)]);
  const beside = trial.try([
    textJob(2),
    textJob(3, ["It leaks.", "It drips."]),
  ]);
  last().begin();
  last().answer();
  expect(await first).toEqual([["sound"]]);
  last().begin();
  passDeadline();
  expect(threads[0]?.isEnded).toBe(true);
  expect(last().sent.map(({ length }) => length)).toEqual([1]);
  last().begin();
  last().answer();
  last().begin();
  passDeadline();
  expect(await beside).toEqual([["sound"], ["unsound", "untried"]]);
  const next = trial.try([textJob(4)]);
  last().begin();
  last().answer();
  expect(await next).toEqual([["sound"]]);
  expect(threads).toHaveLength(3);
});

test("[LM-1] on whom a thread fails pays for the longest trial each time; whoever was beside them for their own", async () => {
  const { timed, last, passDeadline } = createScene();
  const first = timed.try([textJob(1)]);
  const beside = timed.try([textJob(2), textJob(3)]);
  last().begin();
  last().answer();
  expect(await first).toMatchObject([{ workMs: 3 }]);
  last().begin();
  passDeadline();
  last().begin();
  last().answer();
  last().begin();
  last().end();
  expect(await beside).toMatchObject([{ workMs: 3 }, { workMs: 1_000 }]);
  const unstarted = timed.try([textJob(4)]);
  last().end();
  expect(await unstarted).toMatchObject([{ workMs: 0 }]);
});

test("[AD-22] a thread that ends by itself or has grown too large is replaced", async () => {
  const { trial, threads, last, deadlines } = createScene();
  const first = trial.try([textJob(1)]);
  last().begin();
  last().end();
  last().begin();
  last().answer(101);
  expect(await first).toEqual([["sound"]]);
  expect(threads.map(({ isEnded }) => isEnded)).toEqual([true, true]);
  const second = trial.try([textJob(1)]);
  last().begin();
  last().answer(100);
  expect(await second).toEqual([["sound"]]);
  expect(threads.map(({ isEnded }) => isEnded)).toEqual([true, true, false]);
  expect(deadlines.size).toBe(0);
});

test("[AD-22] where no thread can be started nothing is known of a change; the next one is tried anew", async () => {
  const { trial, threads, last, passDeadline } = createScene();
  const first = trial.try([textJob(1)]);
  last().end();
  expect(await first).toEqual([["untried"]]);
  const second = trial.try([textJob(1)]);
  passDeadline();
  expect(await second).toEqual([["untried"]]);
  const third = trial.try([textJob(1)]);
  last().begin();
  last().answer();
  expect(await third).toEqual([["sound"]]);
  expect(threads).toHaveLength(3);
});

test("[AD-22] a large record on trial holds up no small one", async () => {
  const { trial, threads, last } = createScene();
  const texts = Array.from({ length: 9 }, (_, number) => `It leaks ${number}.`);
  const large = trial.try([textJob(1, texts)]);
  const [slow] = threads;
  slow?.begin();
  const small = trial.try([textJob(2)]);
  last().begin();
  last().answer();
  expect(await small).toEqual([["sound"]]);
  slow?.answer();
  expect(await large).toEqual([texts.map(() => "sound")]);
});
