import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second, whatever its kernel's own clock. */
const msPerTick = 10;

/** What a running process has used of all cores so far; undefined on systems other than Linux. */
export async function cpuUsedMs(pid: number): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Its name, in brackets, may hold anything; user and system time are the 12th and 13th field behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    return undefined;
  }
}
