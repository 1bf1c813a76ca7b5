/**
 * PM-3: what a device's disk lost to damage is told by its app, each change by its name unless the report says that some cannot
 * be named; and every change that the damage left alone is still there.
 *
 * What the damage left alone is found by plain SQL: a row that is there before and after it, the same in every column. A change
 * is undamaged if its row and its bytes are.
 */
import type { DamageReport } from "@suture/client";
import { z } from "zod";

import type { Damaged } from "../journal.ts";
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { changeName } from "./held-changes.ts";
import { rowsOnImage, type RowsOnImage } from "./rows-on-image.ts";

/** What the app on a device tells; undefined while it does not answer. */
export type ToldDamage = (
  device: string,
) => Promise<readonly DamageReport[] | undefined>;

const file = "log.sqlite";

export class DamageIsTold implements Check {
  readonly #evidence: Evidence;
  readonly #told: ToldDamage;
  #readCount = 0;
  #restoredCount = 0;
  /** By device: damage that its app has not been asked about. */
  readonly #open = new Map<string, Damaged>();

  constructor(evidence: Evidence, told: ToldDamage) {
    this.#evidence = evidence;
    this.#told = told;
  }

  async afterStep({ disks }: News): Promise<BrokenPromise | undefined> {
    this.#noteDamage();
    for (const [device, damaged] of this.#open) {
      if (!disks.has(device)) continue;
      const reports = await this.#told(device);
      if (reports === undefined) continue;
      this.#open.delete(device);
      const words = this.#judge(damaged, reports);
      if (words !== undefined)
        return { promise: "PM-3", words: `${device} ${words}` };
    }
    return undefined;
  }

  #noteDamage(): void {
    const { damaged, restored } = this.#evidence.journal;
    // An older copy took the place of the damaged disk.
    for (const { machine } of restored.slice(this.#restoredCount))
      this.#open.delete(machine);
    this.#restoredCount = restored.length;
    for (const each of damaged.slice(this.#readCount)) {
      const earlier = this.#open.get(each.machine);
      const before = earlier?.before ?? each.before;
      this.#open.set(each.machine, { ...each, before });
    }
    this.#readCount = damaged.length;
  }

  #judge(
    { machine, before, after, opened }: Damaged,
    reports: readonly DamageReport[],
  ): string | undefined {
    const were = rowsOnImage(before, file);
    const left = leftAlone(were, rowsOnImage(after, file));
    const fresh = reports.filter(({ keptAs }) => !before.has(keptAs));
    const lostIn = [...were].find(
      ([table, rows]) => left.get(table)?.size !== rows.size,
    );
    if (lostIn !== undefined && fresh.length === 0)
      return `does not tell that rows of ${lostIn[0]} are damaged`;

    const undamaged = wholeChanges(left);
    const atOnce = opened && wholeChanges(rowsOnImage(opened, file));
    const now = this.#evidence.heldBy(machine).namesNow();
    for (const name of undamaged) {
      // Once it has synced, what the server has may have left with its scope.
      const isKept =
        atOnce?.has(name) ??
        (now.has(name) || this.#evidence.server.everHeld(name));
      if (!isKept) return `has lost change ${name}, which was undamaged`;
    }
    if (fresh.some(({ areAllNamed }) => !areAllNamed)) return undefined;
    const named = new Set(
      fresh.flatMap(({ missing }) =>
        missing.map(({ recordId, hash }) => changeName(recordId, hash)),
      ),
    );
    const silent = [...wholeChanges(were)].find(
      (name) => !undamaged.has(name) && !now.has(name) && !named.has(name),
    );
    return silent && `has lost change ${silent} to damage, and does not say so`;
  }
}

function leftAlone(before: RowsOnImage, after: RowsOnImage): RowsOnImage {
  return new Map(
    [...before].map(([table, rows]) => [
      table,
      new Set([...rows].filter((row) => after.get(table)?.has(row))),
    ]),
  );
}

/** Names of changes that are there with their bytes. */
function wholeChanges(rows: RowsOnImage): ReadonlySet<string> {
  const withBytes = new Set(
    [...(rows.get("kv_change_bytes") ?? [])].map(
      (row) => rowSchema.parse(JSON.parse(row))[1],
    ),
  );
  const names = [...(rows.get("kv_changes") ?? [])].map((row) => {
    const [, , value] = rowSchema.parse(JSON.parse(row));
    const { recordId, hash } = nameSchema.parse(JSON.parse(String(value)));
    return changeName(recordId, hash);
  });
  return new Set(names.filter((name) => withBytes.has(name)));
}

const rowSchema = z.tuple([z.string(), z.string(), z.unknown()], z.unknown());
const nameSchema = z.object({ recordId: z.string(), hash: z.string() });
