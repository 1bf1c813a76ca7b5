import { readFile } from "node:fs/promises";

/** The most memory a running process has had at a time (`VmHWM`), as Linux counts it; undefined on other systems. */
export async function peakMemoryBytes(
  pid: number,
): Promise<number | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const [, kibibytes] = /^VmHWM:\s+([0-9]+) kB$/m.exec(status) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
