/** The built server in a process of its own, with the probe in it. Started again after a crash, on the same data and port. */
import { ServerProcess } from "../demo/server-process.ts";
import type { FromProbe, ToProbe } from "./probe-protocol.ts";

const probe = new URL("./server-probe.js", import.meta.url).href;

export type CpuUsed = Extract<FromProbe, { readonly asked: "cpu" }>;
export type MemoryUsed = Extract<FromProbe, { readonly asked: "memory" }>;

export class ProbedServer {
  readonly #server: ServerProcess;
  /** Exit code or signal of the process that ended last. */
  endedHow: number | string = "running";
  #waiting: ((answer: FromProbe | null) => void) | null = null;

  private constructor(server: ServerProcess) {
    this.#server = server;
  }

  static async start(
    dataDir: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<ProbedServer> {
    const server = await ServerProcess.create(dataDir, {
      // A few devices send what thousands would: put off for that, they would test nothing else.
      variables: {
        SUTURE_SAMPLE: "on",
        SUTURE_BUDGET_FACTOR: "1000000",
        ...variables,
      },
      nodeOptions: ["--expose-gc", "--import", probe],
    });
    const probed = new ProbedServer(server);
    await probed.start();
    return probed;
  }

  get port(): number {
    return this.#server.port;
  }

  get url(): string {
    return this.#server.url;
  }

  get isRunning(): boolean {
    return this.#server.isRunning;
  }

  async start(): Promise<void> {
    await this.#server.start();
    this.#server.onMessage((message) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are this program, built together
      this.#answered(message as FromProbe);
    });
    this.#server.onExit((how) => {
      this.endedHow = how;
      this.#answered(null);
    });
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** What it used since it was asked last; null if it has crashed. */
  async cpuUsed(): Promise<CpuUsed | null> {
    const answer = await this.#ask("cpu");
    return answer?.asked === "cpu" ? answer : null;
  }

  /** After forced garbage collection; null if it has crashed. */
  async memoryBytes(): Promise<number | null> {
    return (await this.memory())?.rssBytes ?? null;
  }

  /** The same, and how much of it JavaScript holds. */
  async memory(): Promise<MemoryUsed | null> {
    const answer = await this.#ask("memory");
    return answer?.asked === "memory" ? answer : null;
  }

  #ask(asked: ToProbe): Promise<FromProbe | null> {
    return new Promise((resolve) => {
      if (!this.isRunning) return resolve(null);
      this.#waiting = resolve;
      this.#server.send(asked);
    });
  }

  #answered(answer: FromProbe | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(answer);
  }
}
