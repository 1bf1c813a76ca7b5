import { TalkingProcess } from "../talking-process.ts";
import type {
  FromHonest,
  HonestSetup,
  SavedChange,
  ToHonest,
} from "./honest-protocol.ts";

export type Finished = Extract<FromHonest, { readonly kind: "finished" }>;

/** Somebody honest, in a process of their own. Every call throws where that process fails. */
export class HonestProcess {
  readonly #process: TalkingProcess<ToHonest, FromHonest>;

  private constructor(process: TalkingProcess<ToHonest, FromHonest>) {
    this.#process = process;
  }

  /** Signs in and gets everything there is. */
  static async start(setup: HonestSetup): Promise<HonestProcess> {
    const program = new URL("./honest-device.js", import.meta.url);
    const process = new TalkingProcess<ToHonest, FromHonest>(
      "the honest device",
      program,
      setup,
    );
    await process.next("ready");
    return new HonestProcess(process);
  }

  /** Edits and syncs from now on. */
  beginEditing(): void {
    this.#process.tell({ kind: "edit" });
  }

  /** Stops editing, waits for verdicts on everything, and gives the account of it. */
  finish(): Promise<Finished> {
    const finished = this.#process.next("finished");
    this.#process.tell({ kind: "finish" });
    return finished;
  }

  /** Which of the changes do not arrive here as accepted ones. */
  async missingOf(
    changes: readonly SavedChange[],
  ): Promise<readonly SavedChange[]> {
    const missing = this.#process.next("missing");
    this.#process.tell({ kind: "missing", changes });
    return (await missing).changes;
  }

  end(): Promise<void> {
    return this.#process.end();
  }
}
