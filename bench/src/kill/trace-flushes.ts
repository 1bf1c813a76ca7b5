/**
 * Shows from system calls, by `strace`, that what a server answers and what a device calls saved was flushed before. SPEC WO-65.
 */
import { decodeServerFrame } from "@suture/schema";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ServerProcess } from "../demo/server-process.ts";
import { liveDay, signUp } from "./live-day.ts";
import { readTrace, type TraceReading } from "./read-trace.ts";

/** What is missing, or what was read. */
export type TraceFlushesReport =
  | { readonly missing: string }
  | {
      readonly missing: null;
      /** Verdicts, by the server. */
      readonly server: TraceReading;
      /** "Saved", by a device. */
      readonly device: TraceReading;
    };

/** Of what a call writes, more than any message here has. */
const maxBytes = "65536";
const traced = "pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync";

export async function traceFlushes(): Promise<TraceFlushesReport> {
  const directory = await mkdtemp(join(tmpdir(), "suture-trace-"));
  const traceOf = (name: string) => join(directory, `${name}.trace`);
  // As a grandchild, so that the process has the parent it would have without.
  const launcherOf = (name: string) => [
    ...["strace", "-D", "-f", "-y", "-xx", "-s", maxBytes],
    ...["-e", `trace=${traced}`],
    ...["-o", traceOf(name)],
  ];
  try {
    if (spawnSync("strace", ["-D", "-o", traceOf("try"), "true"]).status !== 0)
      return { missing: "strace: it is not here, or may not trace" };
    const server = await ServerProcess.create(join(directory, "server"), {
      launcher: launcherOf("server"),
    });
    await server.start();
    try {
      const setup = {
        directory: join(directory, "device"),
        url: server.url,
        email: "ada@clinic.example",
        password: "a sample pass phrase",
        killAt: 0,
      };
      await signUp(setup);
      const { told } = await liveDay(setup, launcherOf("device"));
      if (told.at(-1)?.told !== "over") throw new Error("the day broke off");
    } finally {
      await server.stop();
    }
    const linesOf = async (name: string) =>
      (await readFile(traceOf(name), "utf8")).split("\n");
    return {
      missing: null,
      server: readTrace(await linesOf("server"), {
        log: "suture.db-wal",
        isTelling: isVerdicts,
      }),
      device: readTrace(await linesOf("device"), {
        log: "log.sqlite-wal",
        isTelling: isSaved,
      }),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** `ws` hands a frame's payload to the system in a piece of its own. */
function isVerdicts(bytes: Uint8Array): boolean {
  const message = decodeServerFrame(bytes);
  return message.ok && message.value.type === "verdicts";
}

function isSaved(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes).startsWith('{"told":"saved"');
}
