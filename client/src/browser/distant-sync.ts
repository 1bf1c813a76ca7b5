/** Sync as a page has it: the engine runs in a worker, this page's or another's, and is told what is wanted. SPEC WB-21. */
import { randomUuid } from "@suture/schema";

import {
  notStarted,
  type SyncDriver,
  type SyncEngineDeps,
  type SyncStatus,
} from "../sync/sync-engine.ts";
import type { BrowserChannel } from "./browser-channel.ts";

export class DistantSync implements SyncDriver {
  readonly #channel: BrowserChannel;
  readonly #from: string;
  #status: SyncStatus;
  #isWanted = false;

  constructor(
    channel: BrowserChannel,
    {
      onStatus,
      onPresence,
      random,
      lastHeard,
    }: Pick<SyncEngineDeps, "onStatus" | "onPresence" | "random" | "lastHeard">,
  ) {
    this.#channel = channel;
    this.#status = notStarted(lastHeard);
    this.#from = randomUuid(random);
    channel.hear("status", (status) => {
      this.#status = status;
      onStatus(status);
    });
    channel.hear("presence", onPresence);
    channel.hear("takes-over", () => {
      if (this.#isWanted) this.start();
    });
    channel.say("tell-status", null);
  }

  get status(): SyncStatus {
    return this.#status;
  }

  start(): void {
    this.#isWanted = true;
    this.#channel.say("start", { from: this.#from });
  }

  /** For this page: others may still want it. */
  stop(): void {
    this.#isWanted = false;
    this.#channel.say("stop", { from: this.#from });
  }

  restart(): void {
    this.#channel.say("restart", null);
  }

  push(): void {
    this.#channel.say("push", null);
  }
}
