/**
 * Proves that what an organization holds against devices is what its audit tells: which of them are quarantined, and how often
 * each signed over what it had not been sent. Chains are taken for sound (`audit/verify-audit.ts`). SPEC AU-14.
 */
import { canonicalize } from "@suture/schema";
import type { JsonValue, Key, ReadTransaction, Table } from "@suture/schema";
import { auditTable } from "../audit/audit-tables.ts";
import { visitRows, type BrokenRow } from "../audit/broken-row.ts";
import { quarantinedTable, unseenSignaturesTable } from "./admission-tables.ts";

export async function verifyDevices(
  tx: ReadTransaction,
): Promise<BrokenRow | null> {
  const quarantined = new Map<string, JsonValue>();
  const unseen = new Map<string, number>();
  const problem = await visitRows(tx, auditTable, async ({ value }) => {
    const { entry, atMs } = value;
    if (entry.event === "device-quarantined") {
      const { event: _told, ...found } = entry;
      quarantined.set(nameOf([entry.deviceId]), { ...found, atMs });
    }
    if (entry.event === "device-released")
      quarantined.delete(nameOf([entry.deviceId]));
    if (entry.event === "signed-unseen") {
      const name = nameOf([entry.deviceId, entry.memberId]);
      unseen.set(name, (unseen.get(name) ?? 0) + 1);
    }
    return null;
  });
  return (
    problem ??
    (await isAsTold(tx, quarantinedTable, quarantined, (row) => row)) ??
    (await isAsTold(tx, unseenSignaturesTable, unseen, ({ count }) => count))
  );
}

async function isAsTold<V>(
  tx: ReadTransaction,
  table: Table<V>,
  told: ReadonlyMap<string, JsonValue>,
  tellable: (row: V) => JsonValue,
): Promise<BrokenRow | null> {
  const missing = new Set(told.keys());
  const { name } = table;
  const problem = await visitRows(tx, table, async ({ key, value }) => {
    const expected = told.get(nameOf(key));
    missing.delete(nameOf(key));
    return expected !== undefined &&
      canonicalize(expected) === canonicalize(tellable(value))
      ? null
      : { table: name, key, problem: "the row is not what the audit tells" };
  });
  if (problem !== null) return problem;
  const [first] = missing;
  return first === undefined
    ? null
    : { table: name, key: first.split(" "), problem: "the row is missing" };
}

function nameOf(key: Key): string {
  return key.join(" ");
}
