/**
 * Loaded into the server's process before the server (`--import`), to measure it from inside: how much CPU time its main thread
 * used, the longest stretch in which nothing else had a turn, and its memory after forced garbage collection. Answers over IPC.
 *
 * Stretches are told in CPU time, not by the clock: on a busy machine a process is also kept waiting by others.
 */
import { readFileSync } from "node:fs";

import type { FromProbe, ToProbe } from "./probe-protocol.ts";

/** A stretch is told to this much too long at most. */
const beatMs = 4;
const collections = 4;

/** Of the main thread where the system tells (Linux), else of the whole process. */
function cpuMs(): number {
  try {
    const [nanoseconds] = readFileSync("/proc/self/schedstat", "utf8").split(
      " ",
    );
    return Number(nanoseconds) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  }
}

let beatAtCpuMs = cpuMs();
let askedAtCpuMs = beatAtCpuMs;
let longestMs = 0;

function beat(): void {
  const now = cpuMs();
  longestMs = Math.max(longestMs, now - beatAtCpuMs);
  beatAtCpuMs = now;
}

function begin(): void {
  beatAtCpuMs = askedAtCpuMs = cpuMs();
  longestMs = 0;
}

async function collect(): Promise<void> {
  for (let count = 0; count < collections; count += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answer(asked: ToProbe): Promise<void> {
  if (asked === "cpu") {
    beat();
    const usedMs = beatAtCpuMs - askedAtCpuMs;
    tell({ asked, cpuMs: usedMs, longestMs });
  } else {
    await collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    tell({ asked, rssBytes: rss, heldBytes: heapUsed + external });
  }
  begin();
}

function tell(message: FromProbe): void {
  process.send?.(message);
}

setInterval(beat, beatMs).unref();
process.on("message", (asked: ToProbe) => void answer(asked));
// The server ends by its own signals; who measures it must not keep it.
process.channel?.unref();
