/** The thread that writes large groups of works to the store. SPEC ST-19. */
import type { HandedFailure, WriteThread } from "@suture/schema";
import { openWorker } from "../threads/open-worker.ts";
import type { WriteReport } from "./write-worker.ts";

interface Waiting {
  readonly resolve: (failures: readonly HandedFailure[]) => void;
  readonly reject: (cause: Error) => void;
}

export interface WriteThreadListener {
  /** It ended by itself: from now on the store writes without it. */
  onEnd(cause: unknown): void;
}

/** `file` has been prepared. */
export function startWriteThread(
  file: string,
  listener: WriteThreadListener,
): WriteThread {
  const worker = openWorker("./write-worker", import.meta.url, file);
  /** By the number of the group. */
  const waiting = new Map<number, Waiting>();
  let isOver = false;
  let isClosing = false;
  let cause: unknown = ended();
  const over = new Promise<void>((resolve) =>
    worker.on("exit", () => {
      isOver = true;
      for (const { reject } of waiting.values()) reject(ended());
      waiting.clear();
      if (!isClosing) listener.onEnd(cause);
      resolve();
    }),
  );
  worker.on("error", (thrown) => (cause = thrown));
  worker.on("message", ({ number, failures }: WriteReport) => {
    waiting.get(number)?.resolve(failures);
    waiting.delete(number);
    if (waiting.size === 0) worker.unref();
  });
  return {
    write: (group) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(ended());
        waiting.set(group.number, { resolve, reject });
        // A process that ends by itself waits for what is on its way.
        worker.ref();
        try {
          worker.postMessage(group);
        } catch (thrown) {
          // All that is on its way rejects when it ends, in its order.
          cause = thrown;
          void worker.terminate();
        }
      }),
    async close() {
      if (isOver) return;
      isClosing = true;
      worker.ref();
      worker.postMessage("close");
      await over;
    },
  };
}

function ended(): Error {
  return new Error("the thread that writes to the store has ended");
}
