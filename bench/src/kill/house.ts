/** A server with the sample organization and the staff that works with it, for as many rounds as its files stay small. */
import { sampleEmail, samplePassword, samplePeople } from "@suture/server";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ServerProcess } from "../demo/server-process.ts";
import { Chance } from "../fuzz/chance.ts";
import { TalkingProcess } from "../talking-process.ts";
import { checkServerData, copyServerData } from "./check-server-data.ts";
import type { KillOrder, KillPoint } from "./kill-point.ts";
import type {
  FromStaff,
  SavedChange,
  StaffSetup,
  ToStaff,
} from "./staff-protocol.ts";

const killer = new URL("./server-killer.js", import.meta.url).href;
/** People who may write what the staff writes. */
const staffKeys = ["clinician", "receptionist", "clinician-south"];
/** Of the rounds, killed while everybody comes back. */
const earlyShare = 0.3;
/** How long a server may work until it is killed; the n-th commit or verdict comes within that. */
const maxLoadMs = 300;
const maxNth = 8;
/** A point that does not come in this time is none: the server would go on for ever. */
const killWithinMs = 300_000;

export interface RoundOutcome {
  readonly problems: readonly string[];
  readonly acknowledgedCount: number;
}

export class House {
  readonly directory: string;
  readonly #server: ServerProcess;
  readonly #staff: TalkingProcess<ToStaff, FromStaff>;
  /** Everything that anybody here was told is on the server. */
  readonly #acknowledged: SavedChange[] = [];
  #savedCount = 0;
  /** How long it took to start, the last time. */
  #startMs = 1_000;

  private constructor(
    directory: string,
    server: ServerProcess,
    staff: TalkingProcess<ToStaff, FromStaff>,
  ) {
    this.directory = directory;
    this.#server = server;
    this.#staff = staff;
  }

  static async open(seed: number): Promise<House> {
    const directory = await mkdtemp(join(tmpdir(), "suture-kill-"));
    const server = await ServerProcess.create(join(directory, "server"), {
      // A few devices send what a house does in a day: put off for that, they would be killed in nothing.
      variables: { SUTURE_SAMPLE: "on", SUTURE_BUDGET_FACTOR: "1000000" },
      nodeOptions: ["--import", killer],
    });
    try {
      await server.start();
      const staff = await startStaff({
        directory: join(directory, "staff"),
        url: server.url,
        seed,
        people: samplePeople
          .filter(({ key }) => staffKeys.includes(key))
          .map((person) => ({
            name: person.key,
            email: sampleEmail(person),
            password: samplePassword,
          })),
      });
      return new House(directory, server, staff);
    } catch (cause) {
      await server.kill();
      throw cause;
    }
  }

  get savedCount(): number {
    return this.#savedCount;
  }

  /**
   * Starts the server if it was killed, and kills it: among everybody's first messages after the last time, or later, when all
   * of them have gone on.
   */
  async round(point: KillPoint, chance: Chance): Promise<RoundOutcome> {
    if (point === "while-starting") return this.#killStarting(chance);
    await this.#start();
    this.#staff.tell({ kind: "work" });
    const stuck = chance.isLikely(earlyShare) ? [] : await this.#goOn();
    const wasKilled = await this.#kill(point, chance);
    const { problems, acknowledgedCount, states } = await this.#takeAccount();
    return {
      acknowledgedCount,
      problems: [
        ...stuck,
        ...(wasKilled
          ? []
          : [`the point to be killed at did not come: ${states.join("; ")}`]),
        ...problems,
        ...(await this.#checkFiles()),
      ],
    };
  }

  /** After the last round: what is not the same everywhere once the server is back and everything was sent. */
  async compare(): Promise<readonly string[]> {
    await this.#start();
    this.#staff.tell({ kind: "work" });
    const stuck = await this.#goOn();
    await this.#takeAccount();
    const compared = this.#staff.next("compared");
    this.#staff.tell({ kind: "compare" });
    const { differences } = await compared;
    const { problems } = await this.#takeAccount();
    await this.#server.stop();
    return [
      ...stuck,
      ...differences,
      ...problems,
      ...(await this.#checkFiles()),
    ];
  }

  /** The directory is kept for who has to look at it. */
  async close(options: { readonly keep: boolean }): Promise<void> {
    await this.#staff.end();
    await this.#server.kill();
    if (!options.keep) await rm(this.directory, { recursive: true });
  }

  async #start(): Promise<void> {
    if (this.#server.isRunning) return;
    const beganAtMs = Date.now();
    await this.#server.start();
    this.#startMs = Date.now() - beganAtMs;
  }

  /** Dies again before it is back. */
  async #killStarting(chance: Chance): Promise<RoundOutcome> {
    await this.#server.kill();
    // That it ends before it is ready is what is wanted.
    const started = this.#server.start().catch(() => undefined);
    await pause(chance.below(this.#startMs));
    await this.#server.kill();
    await started;
    return { acknowledgedCount: 0, problems: await this.#checkFiles() };
  }

  async #goOn(): Promise<readonly string[]> {
    const answer = this.#staff.next("gone-on");
    this.#staff.tell({ kind: "go-on" });
    const { stuck } = await answer;
    return stuck.map((one) => `does not go on: ${one}`);
  }

  async #checkFiles(): Promise<readonly string[]> {
    const copy = await copyServerData(join(this.directory, "server"));
    return checkServerData(copy, this.#acknowledged);
  }

  async #takeAccount(): Promise<
    RoundOutcome & { readonly states: readonly string[] }
  > {
    const told = this.#staff.next("account");
    this.#staff.tell({ kind: "rest" });
    const { acknowledged, refused, savedCount, states } = await told;
    this.#acknowledged.push(...acknowledged);
    this.#savedCount = savedCount;
    return {
      states,
      acknowledgedCount: acknowledged.length,
      problems: refused.map(
        (code) => `a permitted change was refused: ${code}`,
      ),
    };
  }

  /** Whether it died there. */
  async #kill(
    point: Exclude<KillPoint, "while-starting">,
    chance: Chance,
  ): Promise<boolean> {
    if (point === "any-moment") {
      await pause(chance.below(maxLoadMs));
      await this.#server.kill();
      return true;
    }
    const ended = new Promise<number | string>((resolve) => {
      this.#server.onExit(resolve);
    });
    const order: KillOrder = { point, nth: 1 + chance.below(maxNth) };
    this.#server.send(order);
    const patience = setTimeout(() => void this.#server.stop(), killWithinMs);
    const how = await ended;
    clearTimeout(patience);
    return how === "SIGKILL";
  }
}

async function startStaff(
  setup: StaffSetup,
): Promise<TalkingProcess<ToStaff, FromStaff>> {
  const program = new URL("./staff.js", import.meta.url);
  const staff = new TalkingProcess<ToStaff, FromStaff>(
    "the staff",
    program,
    setup,
  );
  await staff.next("ready");
  return staff;
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
