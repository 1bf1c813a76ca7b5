/**
 * One fuzz run: a real server process, hostile devices that send it one input after another, and honest ones beside them.
 *
 * Each input is attributed what the server's main thread did until it had answered it. What an input is depends on its number
 * and the seed, and on the ids and heads of that run's records.
 */
import { sampleEmail, samplePassword, samplePeople } from "@suture/server";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AdminOffice } from "./admin-office.ts";
import { HonestProcess } from "./honest-process.ts";
import { HostileDevice, Unanswered } from "./hostile-device.ts";
import {
  HostileParty,
  type Delivered,
  type Prepared,
} from "./hostile-party.ts";
import { ProbedServer } from "./probed-server.ts";

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** Number of the first input; those before it are left out. */
  readonly first: number;
  /** One line for whoever watches. */
  readonly tell: (line: string) => void;
}

export interface FuzzReport {
  readonly count: number;
  /** The server ended, or did not answer any more. */
  readonly crashes: number;
  /** Inputs that kept the server's main thread busy for more than 100 ms of CPU time: at a stretch, or in all unless they are batches. */
  readonly stallsOver100ms: number;
  /** CPU time of the main thread without a turn for anything else. */
  readonly maxStallMs: number;
  /** Between the end of the warm-up and the end, both after forced garbage collection. */
  readonly rssGrowthMiB: number;
  /** From an honest save to the server's verdict on it. */
  readonly honestP99Ms: number;
  /** Honest changes, saved or acknowledged, that are not on a colleague's new device at the end. */
  readonly honestLost: number;
}

const stallMs = 100;
/** Of a long run; of a short one half, at most so many. */
const warmUpShare = 0.2;
const warmUpCount = 1_000;
const progressEvery = 5_000;
const honestAloneMs = 2_000;

/** The first may read most. Nobody's an admin: one who is may rightly end what the honest one may do. */
const hostileKeys = [
  "clinician-south",
  "receptionist",
  "manager",
  "technician",
  "auditor",
] as const;
const honestKey = "clinician";
const colleagueKey = "manager";

export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const directory = await mkdtemp(join(tmpdir(), "suture-fuzz-"));
  const server = await ProbedServer.start(join(directory, "server"));
  const processes: HonestProcess[] = [];
  const honestDevice = async (name: string, key: PersonKey) => {
    const started = await HonestProcess.start({
      directory: join(directory, name),
      url: server.url,
      ...credentialsOf(key),
    });
    processes.push(started);
    return started;
  };
  try {
    const honest = await honestDevice("honest", honestKey);
    const devices: HostileDevice[] = [];
    for (const key of hostileKeys)
      devices.push(await HostileDevice.signIn(server, credentialsOf(key)));
    const office = new AdminOffice(server.url, credentialsOf("admin"));
    const party = await HostileParty.gather(server.port, office, devices);
    honest.beginEditing();
    const attack = await runAttack(options, server, party);
    party.end();
    const { saved, latenciesMs } = await honest.finish();
    const colleague = await honestDevice("colleague", colleagueKey);
    const lost = await colleague.missingOf(saved);
    options.tell(`honest: ${saved.length} changes, ${lost.length} lost`);
    return {
      ...attack,
      honestP99Ms: Math.round(percentile(latenciesMs, 0.99)),
      honestLost: lost.length,
    };
  } finally {
    for (const one of processes) await one.end();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function runAttack(
  { count, seed, first, tell }: FuzzOptions,
  server: ProbedServer,
  party: HostileParty,
): Promise<Omit<FuzzReport, "honestP99Ms" | "honestLost">> {
  const tally = new Tally();
  let crashes = 0;
  let stallsOver100ms = 0;
  let maxStallMs = 0;
  let warmBytes: number | null = null;
  const warmCount = Math.max(
    count * warmUpShare,
    Math.min(count / 2, warmUpCount),
  );
  const warmAt = first + Math.floor(warmCount);
  const honestShare = await shareOfHonestWork(server);
  for (let number = first; number < first + count; number += 1) {
    if (number === warmAt) warmBytes = await server.memoryBytes();
    const prepared = await party.prepare(seed, number);
    await server.cpuUsed();
    const beganAtMs = performance.now();
    const delivered = await deliver(prepared);
    const used = await server.cpuUsed();
    const tookMs = performance.now() - beganAtMs;
    if (used === null || delivered === null) {
      crashes += 1;
      const end = used === null ? `ended (${server.endedHow})` : "hangs";
      tell(`input ${number} (${prepared.name}): the server ${end}`);
      await server.stop();
      await server.start();
      await server.cpuUsed();
      continue;
    }
    const { name, isBatch } = prepared;
    const ownMs = used.cpuMs - honestShare * tookMs;
    tally.add(name, delivered, ownMs);
    maxStallMs = Math.max(maxStallMs, used.longestMs);
    if (used.longestMs > stallMs || (!isBatch && ownMs > stallMs)) {
      stallsOver100ms += 1;
      tell(
        `input ${number} (${name}): ${ownMs.toFixed(0)} ms of CPU time, ${used.longestMs.toFixed(0)} ms at a stretch`,
      );
    }
    if ((number - first + 1) % progressEvery === 0)
      tell(
        `${number - first + 1} inputs, ${crashes} crashes, ${stallsOver100ms} stalls`,
      );
  }
  const endBytes = await server.memoryBytes();
  for (const line of tally.lines()) tell(line);
  const grownBytes = (endBytes ?? 0) - (warmBytes ?? endBytes ?? 0);
  return {
    count,
    crashes,
    stallsOver100ms,
    maxStallMs: Math.round(maxStallMs),
    rssGrowthMiB: Math.round(grownBytes / 2 ** 20),
  };
}

/** How much of the time the server's main thread is busy while nobody attacks. */
async function shareOfHonestWork(server: ProbedServer): Promise<number> {
  await server.cpuUsed();
  await new Promise((resolve) => {
    setTimeout(resolve, honestAloneMs);
  });
  const used = await server.cpuUsed();
  return (used?.cpuMs ?? 0) / honestAloneMs;
}

/** Null where the server did not answer. */
async function deliver(prepared: Prepared): Promise<Delivered | null> {
  try {
    return await prepared.deliver();
  } catch (cause) {
    if (!(cause instanceof Unanswered)) throw cause;
    return null;
  }
}

type PersonKey = (typeof samplePeople)[number]["key"];

function credentialsOf(key: PersonKey) {
  const person = samplePeople.find((one) => one.key === key);
  if (person === undefined) throw new Error(`there is no ${key}`);
  return { email: sampleEmail(person), password: samplePassword };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

/** How often each kind of input came, what became of it, and the most that one of them cost. */
class Tally {
  readonly #rows = new Map<
    string,
    { count: number; maxCpuMs: number; readonly ends: Map<string, number> }
  >();

  add(name: string, { ends }: Delivered, cpuMs: number): void {
    const row = this.#rows.get(name) ?? {
      count: 0,
      maxCpuMs: 0,
      ends: new Map<string, number>(),
    };
    this.#rows.set(name, row);
    row.count += 1;
    row.maxCpuMs = Math.max(row.maxCpuMs, cpuMs);
    for (const end of ends) row.ends.set(end, (row.ends.get(end) ?? 0) + 1);
  }

  lines(): readonly string[] {
    return [...this.#rows]
      .toSorted(([left], [right]) => left.localeCompare(right))
      .map(([name, { count, maxCpuMs, ends }]) => {
        const became = [...ends]
          .toSorted(([, left], [, right]) => right - left)
          .map(([end, times]) => `${end} ${times}`);
        return `${name}: ${count}, at most ${maxCpuMs.toFixed(0)} ms; ${became.join(", ")}`;
      });
  }
}
