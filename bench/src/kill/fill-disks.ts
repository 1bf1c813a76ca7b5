/** A server's and a device's disk are filled to the last block and freed again. SPEC WO-63, WO-64. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import {
  fullDiskFindingsSchema,
  type FullDiskFindings,
} from "./full-disk-protocol.ts";

/** Why nothing was tried, or what was found. */
export type FillDisksReport =
  | { readonly missing: string }
  | (FullDiskFindings & { readonly missing: null });

/** Ways to a mount namespace of one's own: as anybody, where the system lets anybody, else as root. */
const namespaces = [
  ["--user", "--map-root-user", "--mount"],
  ["--mount"],
] as const;

export async function fillDisks(): Promise<FillDisksReport> {
  const directory = await mkdtemp(join(tmpdir(), "suture-full-"));
  try {
    const namespace = namespaces.find((options) =>
      canMount(options, directory),
    );
    if (namespace === undefined)
      return { missing: "a small disk: this system lets us mount none" };
    const child = spawn(
      "unshare",
      [
        ...namespace,
        process.execPath,
        fileURLToPath(new URL("./full-disk.js", import.meta.url)),
        directory,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const exited = once(child, "exit");
    const said = await text(child.stdout);
    await exited;
    if (child.exitCode !== 0)
      throw new Error("the process on the small disks broke");
    const findings = fullDiskFindingsSchema.parse(
      JSON.parse(said.trimEnd().split("\n").at(-1) ?? "{}"),
    );
    return { ...findings, missing: null };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function canMount(options: readonly string[], directory: string): boolean {
  const mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory];
  return spawnSync("unshare", [...options, ...mount]).status === 0;
}
