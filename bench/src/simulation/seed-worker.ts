/**
 * A process that runs seeds for this one. It is begun anew when it dies, when a seed does not end, and after many seeds, so that
 * what one leaves in memory does not slow the rest down.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { SeedAnswer, SeedTask } from "./seed-task.ts";

const seedsPerProcess = 400;
/** Real time, of a machine that may be busy: a seed takes a second, a day half a minute. */
const seedEndsWithinMs = 4 * 60_000;
/** Looking for a shorter prefix runs it many times. */
const shrinkingEndsWithinMs = 20 * 60_000;

export class SeedWorker {
  #process: ChildProcess | undefined;
  #seedsLeft = 0;

  /** Answers with a failure where the seed takes the process down, or never ends. */
  async run(task: SeedTask): Promise<SeedAnswer> {
    if (this.#seedsLeft === 0) await this.end();
    const worker = (this.#process ??= this.#begin());
    this.#seedsLeft -= 1;
    const answer = await answerOf(worker, task);
    if (typeof answer !== "string") return answer;
    await this.end();
    return {
      seed: task.seed,
      counts: {},
      stepCount: 0,
      failure: {
        seed: task.seed,
        promise: "none is kept by a process that ends",
        words: answer,
        atStep: null,
        shortestPrefix: 0,
        lastSteps: [],
      },
    };
  }

  async end(): Promise<void> {
    const worker = this.#process;
    this.#process = undefined;
    this.#seedsLeft = 0;
    if (worker === undefined || hasEnded(worker)) return;
    const exited = once(worker, "exit");
    worker.kill("SIGKILL");
    await exited;
  }

  #begin(): ChildProcess {
    this.#seedsLeft = seedsPerProcess;
    return fork(
      fileURLToPath(new URL("./seed-process.js", import.meta.url)),
      [],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** What went wrong, in words, where there is none. */
function answerOf(
  worker: ChildProcess,
  task: SeedTask,
): Promise<SeedAnswer | string> {
  return new Promise((resolve) => {
    const finish = (answer: SeedAnswer | string) => {
      clearTimeout(timer);
      worker.off("message", finish);
      worker.off("exit", ended);
      resolve(answer);
    };
    const ended = (code: number | null, signal: string | null) =>
      finish(`the process ended (${signal ?? code})`);
    const timer = setTimeout(
      () => finish("the seed does not end"),
      task.shrinks ? shrinkingEndsWithinMs : seedEndsWithinMs,
    );
    worker.on("message", finish);
    worker.on("exit", ended);
    worker.send(task);
  });
}
