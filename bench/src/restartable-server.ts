import type { RunningServer } from "@suture/server";

import { startSampleServer } from "./sample-server.ts";

/** A server with the sample organization that can be stopped, and started again at the same address. */
export class RestartableServer {
  readonly #directory: string;
  readonly #port: string;
  #running: RunningServer;

  private constructor(directory: string, running: RunningServer) {
    this.#directory = directory;
    this.#running = running;
    this.#port = new URL(running.url).port;
  }

  static async start(directory: string): Promise<RestartableServer> {
    return new RestartableServer(
      directory,
      await startSampleServer({ directory }),
    );
  }

  get url(): string {
    return this.#running.url;
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }

  async startAgain(): Promise<void> {
    this.#running = await startSampleServer({
      directory: this.#directory,
      port: this.#port,
    });
  }
}
