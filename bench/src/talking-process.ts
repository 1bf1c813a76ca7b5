import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/**
 * A program of ours in a process of its own, spoken with over IPC. Messages have a `kind`; `failed`, with a `reason`, is what any
 * of them may answer instead. It never outlives who started it, as long as it ends on `disconnect`.
 */
export class TalkingProcess<
  To extends object,
  From extends { readonly kind: string },
> {
  readonly #process: ChildProcess;
  readonly #name: string;

  /** `setup` is its only argument, as JSON. */
  constructor(name: string, program: URL, setup: unknown) {
    this.#name = name;
    this.#process = fork(program, [JSON.stringify(setup)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  tell(message: To): void {
    // It may end in this moment; who waits for its answer is told.
    this.#process.send(message, () => undefined);
  }

  /** The next message, which must be of that kind. Throws if it is another, or if the process ends first. */
  next<K extends From["kind"]>(
    kind: K,
  ): Promise<Extract<From, { readonly kind: K }>> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.#process.off("message", hear);
        this.#process.off("exit", fail);
      };
      const fail = () => {
        finish();
        reject(new Error(`${this.#name} ended`));
      };
      const hear = (message: From | Failed) => {
        finish();
        if (isOfKind<From, K>(message, kind)) resolve(message);
        else if (isFailed(message))
          reject(new Error(`${this.#name}: ${message.reason}`));
        else
          reject(
            new Error(`${this.#name} said ${message.kind} instead of ${kind}`),
          );
      };
      this.#process.on("message", hear);
      this.#process.once("exit", fail);
    });
  }

  /** Without a warning. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null)
      return;
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exited;
  }
}

interface Failed {
  readonly kind: "failed";
  readonly reason: string;
}

function isFailed(message: { readonly kind: string }): message is Failed {
  return message.kind === "failed" && "reason" in message;
}

function isOfKind<
  From extends { readonly kind: string },
  K extends From["kind"],
>(
  message: From | Failed,
  kind: K,
): message is Extract<From, { readonly kind: K }> {
  return message.kind === kind;
}
