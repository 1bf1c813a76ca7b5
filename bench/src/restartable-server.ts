import {
  readConfig,
  silentLog,
  startServer,
  systemClock,
  systemRandom,
  systemTimers,
  type RunningServer,
} from "@suture/server";
import { join } from "node:path";

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
    return new RestartableServer(directory, await run(directory, "0"));
  }

  get url(): string {
    return this.#running.url;
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }

  async startAgain(): Promise<void> {
    this.#running = await run(this.#directory, this.#port);
  }
}

async function run(directory: string, port: string): Promise<RunningServer> {
  const config = readConfig({
    SUTURE_DATA_DIR: join(directory, "server"),
    SUTURE_PORT: port,
    SUTURE_APP_DIR: process.env.SUTURE_APP_DIR,
  });
  if (!config.ok) throw new Error("the configuration is wrong");
  const started = await startServer({
    config: config.value,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log: silentLog,
  });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}
