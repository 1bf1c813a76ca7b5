/**
 * What can go wrong with a disk, as plain data: `disk.suffer(writeFails({ nth: 3 }))`. Counting begins when the fault does, over
 * all files of the machine; those with an `nth` strike once and are over.
 */
import type { SeededRandom } from "../seeded-random.ts";

export type DiskFault = Counted | { readonly name: "diskFull" };

interface Counted {
  readonly name: "writeFails" | "commitFails" | "tornCommit" | "crashesAt";
  /** From 1. */
  readonly nth: number;
}
export type CountedDiskFaultName = Counted["name"];

interface Nth {
  readonly nth: number;
}

/** The n-th row that is written or deleted from now on is not: an I/O error. SQLite may give up the whole transaction with it. */
export function writeFails({ nth }: Nth): DiskFault {
  return { name: "writeFails", nth };
}

/** The fsync of the n-th commit fails. Nobody can read what it wrote, but it may be there after a crash. */
export function commitFails({ nth }: Nth): DiskFault {
  return { name: "commitFails", nth };
}

/** The machine loses power in the middle of writing the n-th commit: some of its bytes are there. */
export function tornCommit({ nth }: Nth): DiskFault {
  return { name: "tornCommit", nth };
}

/** The process is killed at the n-th storage call: before a transaction begins, before a row, before a commit, or right after one. */
export function crashesAt({ nth }: Nth): DiskFault {
  return { name: "crashesAt", nth };
}

/** No page can be added, and no commit written, until it ends. */
export function diskFull(): DiskFault {
  return { name: "diskFull" };
}

export const diskFaultNames = [
  "writeFails",
  "commitFails",
  "tornCommit",
  "crashesAt",
  "diskFull",
] as const satisfies readonly DiskFault["name"][];

/** Counts are such that the fault strikes soon in ordinary work. */
export function randomDiskFault(random: SeededRandom): DiskFault {
  switch (random.pick(diskFaultNames)) {
    case "writeFails":
      return writeFails({ nth: random.between(1, 12) });
    case "commitFails":
      return commitFails({ nth: random.between(1, 4) });
    case "tornCommit":
      return tornCommit({ nth: random.between(1, 4) });
    case "crashesAt":
      return crashesAt({ nth: random.between(1, 24) });
    case "diskFull":
      return diskFull();
  }
}
