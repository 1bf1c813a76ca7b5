import type { AskedOfWorker } from "./store-worker.test-support.ts";

/** Starts a worker beside this page, and waits for its answers. */
export class StoreWorker {
  readonly #worker = new Worker(
    new URL("./store-worker.test-support.ts", import.meta.url),
    { type: "module" },
  );

  async ask(asked: AskedOfWorker): Promise<unknown> {
    this.#worker.postMessage(asked);
    return this.nextAnswer();
  }

  nextAnswer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => {
        if ("failure" in data) reject(new Error(data.failure));
        else resolve(data.result);
      };
      this.#worker.onerror = (event) => reject(new Error(event.message));
    });
  }

  /** As when a tab is killed: at once, whatever it does. */
  terminate(): void {
    this.#worker.terminate();
  }
}
