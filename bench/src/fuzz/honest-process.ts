import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type {
  FromHonest,
  HonestSetup,
  SavedChange,
  ToHonest,
} from "./honest-protocol.ts";

export type Finished = Extract<FromHonest, { readonly kind: "finished" }>;

/** Somebody honest, in a process of their own. Every call throws where that process fails. */
export class HonestProcess {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Signs in and gets everything there is. */
  static async start(setup: HonestSetup): Promise<HonestProcess> {
    const child = fork(
      fileURLToPath(new URL("./honest-device.js", import.meta.url)),
      [JSON.stringify(setup)],
      { stdio: ["ignore", "ignore", "inherit", "ipc"] },
    );
    const honest = new HonestProcess(child);
    await honest.#next("ready");
    return honest;
  }

  /** Edits and syncs from now on. */
  beginEditing(): void {
    this.#tell({ kind: "edit" });
  }

  /** Stops editing, waits for verdicts on everything, and gives the account of it. */
  finish(): Promise<Finished> {
    const finished = this.#next("finished");
    this.#tell({ kind: "finish" });
    return finished;
  }

  /** Which of the changes do not arrive here as accepted ones. */
  async missingOf(
    changes: readonly SavedChange[],
  ): Promise<readonly SavedChange[]> {
    const missing = this.#next("missing");
    this.#tell({ kind: "missing", changes });
    return (await missing).changes;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exited;
  }

  #tell(message: ToHonest): void {
    this.#process.send(message);
  }

  #next<K extends FromHonest["kind"]>(
    kind: K,
  ): Promise<Extract<FromHonest, { readonly kind: K }>> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.#process.off("message", hear);
        this.#process.off("exit", fail);
      };
      const fail = () => {
        finish();
        reject(new Error("the honest device ended"));
      };
      const hear = (message: FromHonest) => {
        finish();
        if (isOfKind(message, kind)) resolve(message);
        else
          reject(
            new Error(
              message.kind === "failed" ? message.reason : "out of turn",
            ),
          );
      };
      this.#process.on("message", hear);
      this.#process.once("exit", fail);
    });
  }
}

function isOfKind<K extends FromHonest["kind"]>(
  message: FromHonest,
  kind: K,
): message is Extract<FromHonest, { readonly kind: K }> {
  return message.kind === kind;
}
