/**
 * Holds the audit's word on the logs against them: the entries `changes-admitted` of a scope go on where the one before ended,
 * name the log's chain there, and have the time of their rows; so every row of a log is told of once. SPEC AU-17.
 *
 * A record that moved brings its changes along with the times at which they were admitted elsewhere: such a row counts as told
 * of if the first place of its change is another one, whose row says the same. That row's own time is checked where it stands.
 *
 * To be asked once the logs are proven against their own chains (`verify-audit.ts`).
 */
import type { Key, Place, ReadTransaction, Row, ScopeId } from "@suture/schema";

import {
  changeIndexTable,
  logHeadsTable,
  logTable,
} from "../log/log-tables.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { auditTable } from "./audit-tables.ts";
import { visitRows, type BrokenRow } from "./broken-row.ts";

export type ToldStretch = Extract<AuditEntry, { event: "changes-admitted" }>;

type LogRow = ReturnType<typeof logTable.parse>;

const pageRows = 1_000;

export class ToldRows {
  readonly #tx: ReadTransaction;
  /** The last row told of. */
  readonly #ends = new Map<string, number>();
  /** Where the changes of the record that was looked up last stand first. A record's rows come along side by side. */
  #firstPlaces = { recordId: "", byHash: new Map<string, Place>() };

  /** The first row that differs from the one it repeats; if that is the wrong one, it is found by its own entry. */
  #doubted: BrokenRow | null = null;

  constructor(tx: ReadTransaction) {
    this.#tx = tx;
  }

  /** Takes the entries of a scope in their order. */
  async add(
    scopeId: ScopeId,
    sequence: number,
    atMs: number,
    { fromSequence, toSequence, chain }: ToldStretch,
  ): Promise<BrokenRow | null> {
    const expected = (this.#ends.get(scopeId) ?? 0) + 1;
    const last = await this.#tx.get(logTable, [scopeId, toSequence]);
    const problem =
      fromSequence !== expected || toSequence < fromSequence
        ? "it does not tell of the log's rows from where the entry before it ended"
        : last?.chain !== chain
          ? "the log does not go through the point that it names"
          : null;
    if (problem !== null)
      return { table: auditTable.name, key: [scopeId, sequence], problem };
    this.#ends.set(scopeId, toSequence);
    for (let after = fromSequence - 1; after < toSequence;) {
      const rows = await this.#tx.scan(logTable, {
        prefix: [scopeId],
        after: [scopeId, after],
        limit: Math.min(pageRows, toSequence - after),
      });
      for (const row of rows) {
        const broken =
          row.value.admittedAtMs === atMs
            ? null
            : await this.#checkBroughtAlong(row);
        if (broken !== null) return broken;
      }
      after += pageRows;
    }
    return null;
  }

  /** What is wrong once all entries were taken. */
  async atEnd(): Promise<BrokenRow | null> {
    const untold = await visitRows(
      this.#tx,
      logHeadsTable,
      async ({ key, value }) => {
        const [scopeId = ""] = key;
        const end = this.#ends.get(String(scopeId)) ?? 0;
        return value.sequence === end
          ? null
          : brokenRow([scopeId, end + 1], "no entry of the audit tells of it");
      },
    );
    return untold ?? this.#doubted;
  }

  /** A row that is not of the time of its entry. */
  async #checkBroughtAlong({
    key,
    value: row,
  }: Row<LogRow>): Promise<BrokenRow | null> {
    const broken = brokenRow(key, "it was admitted at another time");
    const first = await this.#firstPlaceOf(row);
    const place = first && [first.scopeId, first.sequence];
    if (place === undefined || isSameKey(place, key)) return broken;
    const admitted = await this.#tx.get(logTable, place);
    const isSame =
      admitted?.recordId === row.recordId &&
      admitted.hash === row.hash &&
      admitted.memberId === row.memberId &&
      admitted.deviceId === row.deviceId &&
      admitted.admittedAtMs === row.admittedAtMs;
    if (!isSame) this.#doubted ??= broken;
    return null;
  }

  async #firstPlaceOf({ recordId, hash }: LogRow): Promise<Place | undefined> {
    if (this.#firstPlaces.recordId !== recordId) {
      const byHash = new Map<string, Place>();
      const rows = await this.#tx.scan(changeIndexTable, {
        prefix: [recordId],
      });
      for (const { value } of rows) {
        const [first] = value.places;
        if (first !== undefined) byHash.set(value.hash, first);
      }
      this.#firstPlaces = { recordId, byHash };
    }
    return this.#firstPlaces.byHash.get(hash);
  }
}

function brokenRow(key: Key, problem: string): BrokenRow {
  return { table: logTable.name, key, problem };
}

function isSameKey(left: Key, right: Key): boolean {
  return left[0] === right[0] && left[1] === right[1];
}
