/** The thread that writes large groups of works to the store. SPEC ST-19. */
import type { HandedFailure, WriteThread } from "@suture/schema";
import { openWorker } from "../threads/open-worker.ts";

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
  const waiting: Waiting[] = [];
  let isOver = false;
  let isClosing = false;
  let cause: unknown = ended();
  const over = new Promise<void>((resolve) =>
    worker.on("exit", () => {
      isOver = true;
      for (const { reject } of waiting.splice(0)) reject(ended());
      if (!isClosing) listener.onEnd(cause);
      resolve();
    }),
  );
  worker.on("error", (thrown) => (cause = thrown));
  worker.on("message", (failures: readonly HandedFailure[]) => {
    waiting.shift()?.resolve(failures);
    if (waiting.length === 0) worker.unref();
  });
  return {
    write: (group) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(ended());
        waiting.push({ resolve, reject });
        // A process that ends by itself waits for what is on its way.
        worker.ref();
        worker.postMessage(group);
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
