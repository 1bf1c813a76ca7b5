/**
 * Holds the audit's word on the logs against them: the entries `changes-admitted` of a scope go on where the one before ended,
 * name the log's chain there, and have the time of their rows; so every row of a log is told of once. SPEC AU-17.
 *
 * A record that moved brings its changes along with the times at which they were admitted elsewhere: such a row counts as told
 * of if the first place of its change is another one, whose row says the same. That row's own time is checked where it stands.
 *
 * To be asked once the logs are proven against their own chains (`verify-audit.ts`).
 */
import type { Place, ReadTransaction, Row, ScopeId } from "@suture/schema";

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
      for (const row of rows)
        if (!(await this.#isAdmittedAt(row, atMs)))
          return {
            table: logTable.name,
            key: row.key,
            problem: "its time is not the one at which it was admitted",
          };
      after += pageRows;
    }
    return null;
  }

  /** To be asked behind the last entry. */
  missing(): Promise<BrokenRow | null> {
    return visitRows(this.#tx, logHeadsTable, async ({ key, value }) => {
      const [scopeId = ""] = key;
      const end = this.#ends.get(String(scopeId)) ?? 0;
      const problem = "no entry of the audit tells of it";
      return value.sequence === end
        ? null
        : { table: logTable.name, key: [scopeId, end + 1], problem };
    });
  }

  async #isAdmittedAt(
    { key: [scopeId, sequence], value: row }: Row<LogRow>,
    atMs: number,
  ): Promise<boolean> {
    if (row.admittedAtMs === atMs) return true;
    const first = await this.#firstPlaceOf(row);
    if (
      first === undefined ||
      (first.scopeId === scopeId && first.sequence === sequence)
    )
      return false;
    const place = [first.scopeId, first.sequence];
    const admitted = await this.#tx.get(logTable, place);
    return (
      admitted?.recordId === row.recordId &&
      admitted.hash === row.hash &&
      admitted.memberId === row.memberId &&
      admitted.deviceId === row.deviceId &&
      admitted.admittedAtMs === row.admittedAtMs
    );
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
