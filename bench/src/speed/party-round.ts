/**
 * One round of one system: its server and its devices, each a process of its own, from nothing to the end. What they are prepared
 * with is not timed. SPEC BE-1, BE-2, BE-4.
 */
import { TalkingProcess } from "../talking-process.ts";
import type { Away, FromParty, PartyProcessSetup, ToParty } from "./party.ts";
import { cpuUsedMs } from "./cpu-used.ts";
import { peakMemoryBytes } from "./peak-memory.ts";
import type { Measured } from "./rounds.ts";
import type { StormSize } from "./storm-work.ts";

const program = new URL("./party-process.js", import.meta.url);

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

export async function partyRound({
  server,
  limitMs,
  ...round
}: PartyRound): Promise<Measured | "stopped"> {
  const setup: PartyProcessSetup = {
    party: new URL(round.party, import.meta.url).href,
    size: round.size,
    away: round.away ?? nothingAway,
    directory: round.directory,
    port: server.port,
  };
  const party = new TalkingProcess<ToParty, FromParty>(
    `the devices of ${round.party}`,
    program,
    setup,
  );
  try {
    await party.next("prepared");
    const { pid } = server;
    const usedBefore = pid === undefined ? undefined : await cpuUsedMs(pid);
    const startMs = performance.now();
    const back = party.next("back");
    party.tell({ kind: "come-back" });
    const timed = await within(limitMs, async () => {
      const { measured } = await back;
      if (server.store === undefined) return measured;
      await server.store();
      if (round.isStoringTimed === false) return measured;
      const value = performance.now() - startMs;
      return {
        ...measured,
        "and it is stored": { value, unit: "ms" },
      } as const;
    });
    if (timed === "stopped") return timed;
    const used = pid === undefined ? {} : await usedBy(pid, usedBefore);
    const compared = party.next("compared");
    party.tell({ kind: "compare" });
    const { differences } = await compared;
    await server.kill();
    const problems = [...differences, ...(await server.missingOnDisk())];
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

/** By the end of a round; nothing where the system does not tell. */
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
