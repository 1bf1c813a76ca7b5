/**
 * One round of one system: its server and its devices, each a process of its own, from nothing to the end. What they are prepared
 * with is not timed. SPEC BE-1, BE-2, BE-4, BE-14, BE-15.
 */
import { TalkingProcess } from "../talking-process.ts";
import type { Away, FromParty, PartyProcessSetup, ToParty } from "./party.ts";
import { cpuUsedMs } from "./cpu-used.ts";
import { peakMemoryBytes } from "./peak-memory.ts";
import { notWarmed, type Measured, type Unfinished } from "./rounds.ts";
import type { Shift, StormSize } from "./storm-work.ts";

const program = new URL("./party-process.js", import.meta.url);

type PartyProcess = TalkingProcess<ToParty, FromParty>;

export const nothingAway: Away = { missed: 0, brought: 0 };

export interface ServerUnderTest {
  readonly port: number;
  readonly pid: number | undefined;
  /** Resolves once everything that reached it is stored; undefined where devices are told that themselves. */
  readonly store?: () => Promise<void>;
  /** Without a warning: what is on its disk then is what it would find again. */
  kill(): Promise<void>;
  /** After `kill`: what of the work is not on its disk, in words. */
  missingOnDisk(): Promise<readonly string[]>;
}

export interface PartyRound {
  readonly server: ServerUnderTest;
  /** The module of its devices, beside this one. */
  readonly party: string;
  readonly size: StormSize;
  readonly away?: Away;
  readonly directory: string;
  readonly limitMs: number;
  /** Whether it is of interest how long storing took, and not only that it was done. */
  readonly isStoringTimed?: boolean;
}

/** Much more than any system here takes for as much as it is warmed by. */
const warmUpLimitMs = 600_000;

/**
 * The early shift, where there is one, and then the one that is measured: the same work, within limits of their own. What either
 * holds afterwards is compared, and what is on the disk is of both.
 */
export async function partyRound({
  server,
  limitMs,
  ...round
}: PartyRound): Promise<Measured | Unfinished> {
  const setup: PartyProcessSetup = {
    party: new URL(round.party, import.meta.url).href,
    size: round.size,
    away: round.away ?? nothingAway,
    directory: round.directory,
    port: server.port,
  };
  const party: PartyProcess = new TalkingProcess(
    `the devices of ${round.party}`,
    program,
    setup,
  );
  const isStoringTimed = round.isStoringTimed ?? true;
  try {
    const problems: string[] = [];
    if ((round.size.earlyDevices ?? 0) > 0) {
      await prepared(party, "early");
      const early = await within(warmUpLimitMs, () => back(party, server));
      if (early === "stopped") return notWarmed;
      problems.push(...(await compared(party)));
    }
    await prepared(party, "measured");
    const { pid } = server;
    const usedBefore = pid === undefined ? undefined : await cpuUsedMs(pid);
    const timed = await within(limitMs, () =>
      back(party, server, isStoringTimed),
    );
    if (timed === "stopped") return timed;
    const used = pid === undefined ? {} : await usedBy(pid, usedBefore);
    problems.push(...(await compared(party)));
    await server.kill();
    problems.push(...(await server.missingOnDisk()));
    if (problems.length > 0)
      throw new Error(
        `${round.party}: ${problems.length} differences: ${problems.slice(0, 3).join("; ")}`,
      );
    return { ...timed, ...used };
  } finally {
    await party.end();
    await server.kill();
  }
}

async function prepared(party: PartyProcess, shift: Shift): Promise<void> {
  const prepared = party.next("prepared");
  party.tell({ kind: "prepare", shift });
  await prepared;
}

/** Until all of it is stored, too. */
async function back(
  party: PartyProcess,
  server: ServerUnderTest,
  isStoringTimed = false,
): Promise<Measured> {
  const startMs = performance.now();
  const back = party.next("back");
  party.tell({ kind: "come-back" });
  const { measured } = await back;
  if (server.store === undefined) return measured;
  await server.store();
  if (!isStoringTimed) return measured;
  const value = performance.now() - startMs;
  return { ...measured, "and it is stored": { value, unit: "ms" } };
}

async function compared(party: PartyProcess): Promise<readonly string[]> {
  const compared = party.next("compared");
  party.tell({ kind: "compare" });
  return (await compared).differences;
}

/** Time since then, memory since it was started; nothing where the system does not tell. */
async function usedBy(
  pid: number,
  cpuBeforeMs: number | undefined,
): Promise<Measured> {
  const memory = await peakMemoryBytes(pid);
  const cpuMs = await cpuUsedMs(pid);
  return {
    ...(cpuMs !== undefined &&
      cpuBeforeMs !== undefined && {
        "CPU time of the server": { value: cpuMs - cpuBeforeMs, unit: "ms" },
      }),
    ...(memory !== undefined && {
      "memory of the server at most": { value: memory, unit: "bytes" },
    }),
  };
}

async function within<T>(
  limitMs: number,
  work: () => Promise<T>,
): Promise<T | "stopped"> {
  const working = work();
  if (!Number.isFinite(limitMs)) return working;
  let patience: NodeJS.Timeout | undefined;
  const over = new Promise<"stopped">((resolve) => {
    patience = setTimeout(() => resolve("stopped"), limitMs);
  });
  try {
    return await Promise.race([working, over]);
  } finally {
    clearTimeout(patience);
    // What is stopped ends with an error that nobody waits for.
    working.catch(() => undefined);
  }
}
