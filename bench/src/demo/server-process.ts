/** The server as it is deployed: its own process, its data in a directory of its own, killed and restored as disasters do. */
import {
  spawn,
  type ChildProcess,
  type Serializable,
} from "node:child_process";
import { once } from "node:events";
import { cp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const entryPoint = fileURLToPath(
  new URL("../../../server/dist/main.js", import.meta.url),
);
/** Also on a machine that has much else to do. */
const startWithinMs = 120_000;

export interface ServerProcessOptions {
  /** Settings other than where it listens and keeps its data. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
  /** A command that runs the one given behind it in its own place, such as `strace -D`. */
  readonly launcher?: readonly string[];
}

export class ServerProcess {
  readonly port: number;
  readonly #dataDir: string;
  readonly #options: ServerProcessOptions;
  #process: ChildProcess | undefined;

  private constructor(
    port: number,
    dataDir: string,
    options: ServerProcessOptions,
  ) {
    this.port = port;
    this.#dataDir = dataDir;
    this.#options = options;
  }

  /** Not started yet, but its address is known. The data directory need not be there. */
  static async create(
    dataDir: string,
    options: ServerProcessOptions = {},
  ): Promise<ServerProcess> {
    return new ServerProcess(await freePort(), dataDir, options);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Of its process, while that runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Resolves once it says that it is ready, or only that it lives. */
  async start(says: "/readyz" | "/healthz" = "/readyz"): Promise<void> {
    const { nodeOptions = [], launcher = [], variables } = this.#options;
    const command = [...launcher, process.execPath, ...nodeOptions, entryPoint];
    const [program = process.execPath, ...parameters] = command;
    const child = spawn(program, parameters, {
      env: {
        ...process.env,
        SUTURE_DATA_DIR: this.#dataDir,
        SUTURE_HOST: "127.0.0.1",
        SUTURE_PORT: String(this.port),
        SUTURE_SAMPLE: "off",
        SUTURE_LOG_LEVEL: "error",
        ...variables,
      },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#process = child;
    child.once("exit", () => {
      if (this.#process === child) this.#process = undefined;
    });
    const overAtMs = Date.now() + startWithinMs;
    while (!(await this.#answers(says))) {
      if (this.#process === undefined) throw new Error("the server ended");
      if (Date.now() > overAtMs) throw new Error("the server does not start");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** For what was loaded into the process beside the server, until it ends. */
  send(message: Serializable): void {
    // It may end in this moment; `onExit` tells.
    this.#process?.send(message, () => undefined);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#process?.on("message", listener);
  }

  /** With its exit code, or the name of the signal that ended it. */
  onExit(listener: (how: number | string) => void): void {
    this.#process?.once("exit", (code, signal) =>
      listener(code ?? signal ?? "unknown"),
    );
  }

  /** As the operating system does it: no warning, no goodbye. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  /** As `systemctl stop` does it. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await exited;
    clearTimeout(patience);
  }

  /**
   * A copy of its data as they are at one moment, for `restore`: the server stands still meanwhile, as under a snapshot of its
   * disk, and what is copied is what a power cut would have left. Where processes cannot be paused, it is stopped.
   */
  async backUp(directory: string): Promise<void> {
    const copy = () => cp(this.#dataDir, directory, { recursive: true });
    if (process.platform === "win32") {
      await this.stop();
      await copy();
      await this.start();
      return;
    }
    this.#process?.kill("SIGSTOP");
    try {
      await copy();
    } finally {
      this.#process?.kill("SIGCONT");
    }
  }

  /** While the server is stopped: everything since `backUp` is gone. */
  async restore(directory: string): Promise<void> {
    await rm(this.#dataDir, { recursive: true });
    await cp(directory, this.#dataDir, { recursive: true });
  }

  async #answers(path: string): Promise<boolean> {
    try {
      return (await fetch(`${this.url}${path}`)).ok;
    } catch {
      // Not listening yet.
      return false;
    }
  }
}

/** One that was free a moment ago: devices keep the address across a restart, so it cannot be the server's to choose. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string")
    throw new Error("no port is free");
  return address.port;
}
