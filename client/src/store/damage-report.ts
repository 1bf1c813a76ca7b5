/** What a person is told when part of what their device stored was damaged. SPEC CL-21. */
import type {
  ReadTransaction,
  Salvage,
  Table,
  WriteTransaction,
} from "@suture/schema";

import { attachmentBytesTable, attachmentsTable } from "./attachment-rows.ts";
import { findChange } from "./change-rows.ts";
import {
  changeBytesTable,
  changesByHashTable,
  changesTable,
  damageReportsTable,
  keptFormsTable,
  localPartition,
  type DamageRow,
} from "./client-tables.ts";
import type { LocalLog } from "./local-log.ts";

export interface DamageReport {
  /** Names it on this device. */
  readonly number: number;
  /** In words for whoever uses the device. */
  readonly message: string;
  /** By this device's clock; null until the log was opened after it. */
  readonly foundAtMs: number | null;
  /** The file with everything as it was found, beside the one that is used now. */
  readonly keptAs: string;
  /** False where changes can be missing that nobody can name. */
  readonly areAllNamed: boolean;
  /** Changes that were on this device and are not now. Those that the server has come back, and leave this list. */
  readonly missing: DamageRow["missing"];
}

const message =
  "Part of what was stored on this device was damaged. Everything undamaged was kept, and what the server has comes back.";

/** What becomes of a device's store where it is damaged. */
export const clientSalvage: Omit<Salvage, "files"> = {
  partition: localPartition,
  note: (tx, { keptAs, isStructureSound, tables }) => {
    const damaged = new Set(tables.map(({ table }) => table));
    return addDamageReport(tx, {
      keptAs,
      areAllNamed: isStructureSound && isAllNamedElsewhere(damaged),
    });
  },
};

/**
 * What nothing but its own row names: no change says which of them a device had, nor does a key say it in words. What a report named
 * is not known without it.
 */
const namedNowhereElse: readonly Table<unknown>[] = [
  attachmentsTable,
  attachmentBytesTable,
  keptFormsTable,
  damageReportsTable,
];

/** Each change that a device holds is named by a row of each. */
const namingChanges: readonly Table<unknown>[] = [
  changesTable,
  changesByHashTable,
  changeBytesTable,
];

/** Whether rows that are left tell what those were that were lost from these tables, given by name. SPEC CL-32. */
export function isAllNamedElsewhere(tables: ReadonlySet<string>): boolean {
  return (
    !namedNowhereElse.some(({ name }) => tables.has(name)) &&
    !namingChanges.every(({ name }) => tables.has(name))
  );
}

/** From now on the log knows that it has to make itself agree again, and whoever uses the device is told. */
export async function addDamageReport(
  tx: WriteTransaction,
  { keptAs, areAllNamed }: Pick<DamageReport, "keptAs" | "areAllNamed">,
): Promise<void> {
  const [last] = await tx.scan(damageReportsTable, { reverse: true, limit: 1 });
  await tx.put(damageReportsTable, [Number(last?.key[0] ?? 0) + 1], {
    keptAs,
    areAllNamed,
    repairedAtMs: null,
    missing: [],
    isAcknowledged: false,
  });
}

/** What was found damaged in this device's store: to be shown until somebody has seen it. */
export class DamageReports {
  readonly #log: Pick<LocalLog, "read" | "write">;

  constructor(log: Pick<LocalLog, "read" | "write">) {
    this.#log = log;
  }

  /** Those that nobody has acknowledged, oldest first. */
  list(): Promise<readonly DamageReport[]> {
    return this.#log.read(async (tx) => {
      const rows = await tx.scan(damageReportsTable);
      const open = rows.filter(({ value }) => !value.isAcknowledged);
      return Promise.all(
        open.map(({ key, value }) => reportOf(tx, Number(key[0]), value)),
      );
    });
  }

  /** Somebody has seen it. The damaged file stays. Answers whether there was such a report. */
  acknowledge(number: number): Promise<boolean> {
    return this.#log.write(async (tx) => {
      const report = await tx.get(damageReportsTable, [number]);
      if (report === undefined) return false;
      const acknowledged = { ...report, isAcknowledged: true };
      await tx.put(damageReportsTable, [number], acknowledged);
      return true;
    });
  }
}

async function reportOf(
  tx: ReadTransaction,
  number: number,
  { keptAs, areAllNamed, repairedAtMs, missing }: DamageRow,
): Promise<DamageReport> {
  const stillMissing: DamageRow["missing"][number][] = [];
  for (const change of missing)
    if ((await findChange(tx, change.recordId, change.hash)) === undefined)
      stillMissing.push(change);
  return {
    number,
    message,
    foundAtMs: repairedAtMs,
    keptAs,
    areAllNamed,
    missing: stillMissing,
  };
}
