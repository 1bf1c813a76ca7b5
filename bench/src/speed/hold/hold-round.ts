/**
 * One start of the server on what it holds, and devices that connect to it: its memory before, with half of them and with all of
 * them, each after garbage was collected. What the second half takes is what a connection takes, without what the first of all
 * made the server load and compile. SPEC BE-11.
 */
import { readFile } from "node:fs/promises";

import { ProbedServer, type MemoryUsed } from "../../fuzz/probed-server.ts";
import { TalkingProcess } from "../../talking-process.ts";
import type { Measured } from "../rounds.ts";
import type { HoldGround } from "./hold-ground.ts";
import type { FromHolding, HoldSetup, ToHolding } from "./hold-protocol.ts";

const program = new URL("./hold-process.js", import.meta.url);
/** Of a process, beside its sockets. */
const otherFiles = 256;

export interface HoldRound {
  readonly ground: HoldGround;
  readonly connections: number;
  /** Of the ground; another one in each round. */
  readonly edit: number;
}

export async function holdRound({
  ground,
  connections,
  edit,
}: HoldRound): Promise<Measured> {
  await checkOpenFiles(connections);
  const startMs = performance.now();
  const server = await ProbedServer.start(ground.dataDir, {
    SUTURE_MAX_SESSIONS: String(connections),
  });
  const startedMs = performance.now();
  const half = Math.ceil(connections / 2);
  const parties: TalkingProcess<ToHolding, FromHolding>[] = [];
  try {
    const { directory } = ground;
    const { port } = server;
    const atStart = await memoryOf(server);
    for (const [from, to] of [
      [0, half],
      [half, connections],
    ] as const) {
      const setup: HoldSetup = { directory, port, from, to };
      const party = new TalkingProcess<ToHolding, FromHolding>(
        "idle devices",
        program,
        setup,
      );
      parties.push(party);
      await party.next("prepared");
    }
    const [first, second] = parties;
    if (first === undefined || second === undefined)
      throw new Error("there are no devices");
    await ask(first, { kind: "connect" }, "connected");
    const withHalf = await memoryOf(server);
    await ask(second, { kind: "connect" }, "connected");
    const withAll = await memoryOf(server);
    await ask(first, { kind: "push", edit }, "pushed");
    for (const party of parties)
      await ask(party, { kind: "follow", edit }, "followed");
    return {
      "time to start": { value: startedMs - startMs, unit: "ms" },
      "memory after start": bytes(atStart.rssBytes),
      "of that, held by JavaScript": bytes(atStart.heldBytes),
      "memory with all connections": bytes(withAll.rssBytes),
      "memory of a connection": bytes(
        (withAll.rssBytes - withHalf.rssBytes) / (connections - half),
      ),
      "held by JavaScript for a connection": bytes(
        (withAll.heldBytes - withHalf.heldBytes) / (connections - half),
      ),
    };
  } finally {
    for (const party of parties) await party.end();
    await server.stop();
  }
}

async function ask<K extends FromHolding["kind"]>(
  party: TalkingProcess<ToHolding, FromHolding>,
  message: ToHolding,
  kind: K,
): Promise<void> {
  const answered = party.next(kind);
  party.tell(message);
  await answered;
}

async function memoryOf(server: ProbedServer): Promise<MemoryUsed> {
  const memory = await server.memory();
  if (memory === null) throw new Error("the server ended");
  return memory;
}

function bytes(value: number): Measured[string] {
  return { value, unit: "bytes" };
}

/** Node takes as many as it may have by itself; the server needs a file for each connection. */
async function checkOpenFiles(connections: number): Promise<void> {
  const limit = await maxOpenFiles();
  if (connections + otherFiles > limit)
    throw new Error(
      `a process may open ${limit} files here: ask for --connections ${limit - otherFiles} at most, or raise \`ulimit -Hn\``,
    );
}

async function maxOpenFiles(): Promise<number> {
  try {
    const text = await readFile("/proc/self/limits", "utf8");
    const [, hard = ""] = /^Max open files\s+\S+\s+(\S+)/m.exec(text) ?? [];
    return hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
  } catch {
    // Not Linux: opening says it.
    return Number.POSITIVE_INFINITY;
  }
}
