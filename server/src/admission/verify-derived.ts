/**
 * Proves that what admission derived from the changes of a partition follows from them: the index of each record's changes from
 * their bytes and the log, the rights of each member from the statements of their record, what stands against devices from the
 * audit. SPEC AU-14.
 *
 * To be asked once logs and bytes are proven against the chains (`audit/verify-audit.ts`): both are taken for sound here.
 */
import {
  canonicalize,
  ChangeIndex,
  decodeChange,
  defaultChangeLimits,
  indexChange,
} from "@suture/schema";
import type {
  ChangeHash,
  Key,
  ReadTransaction,
  RecordTypes,
  Table,
} from "@suture/schema";
import { visitRows, type BrokenRow } from "../audit/broken-row.ts";
import {
  changeBytesTable,
  changeIndexTable,
  logTable,
  recordsTable,
  statementsTable,
  type ChangeRow,
} from "../log/log-tables.ts";
import { openRecordView } from "../log/record-view.ts";
import { membersTable } from "./admission-tables.ts";
import { changeRowOf } from "./commit.ts";
import { memberType, rightsOf } from "./project-member.ts";
import { verifyDevices } from "./verify-devices.ts";

export async function verifyDerived(
  tx: ReadTransaction,
  types: RecordTypes,
): Promise<BrokenRow | null> {
  return (
    (await verifyIndex(tx, types)) ??
    (await verifyIndexIsWhole(tx)) ??
    (await verifyMembers(tx, types)) ??
    (await verifyDevices(tx))
  );
}

/** Folds every record's changes again, in the order in which their rows lie. */
async function verifyIndex(
  tx: ReadTransaction,
  types: RecordTypes,
): Promise<BrokenRow | null> {
  return visitRows(tx, recordsTable, async ({ key, value: record }) => {
    const { recordId, changeCount } = record;
    const type = types.get(record.recordType);
    if (type === undefined)
      return broken(recordsTable, key, "its type is not declared");
    const index = new ChangeIndex();
    for (let number = 1; number <= changeCount; number += 1) {
      const rowKey = [recordId, number];
      const row = await tx.get(changeIndexTable, rowKey);
      if (row === undefined)
        return broken(changeIndexTable, rowKey, "the row is missing");
      const bytes = await tx.get(changeBytesTable, [recordId, row.hash]);
      const change = bytes && decodeChange(bytes, defaultChangeLimits);
      const indexed =
        change?.ok === true ? indexChange(type, index, change.value) : null;
      if (indexed?.ok !== true || !isRowOf(row, indexed.value))
        return broken(
          changeIndexTable,
          rowKey,
          "the row is not what its change's bytes say",
        );
      for (const { opId } of Object.values(indexed.value.statements)) {
        const statementKey = [recordId, opId];
        if ((await tx.get(statementsTable, statementKey)) === undefined)
          return broken(statementsTable, statementKey, "the row is missing");
      }
      if (!(await isWhereItSays(tx, recordId, row)))
        return broken(
          changeIndexTable,
          rowKey,
          "the logs do not hold it where, or by whom, the row says",
        );
      index.add(indexed.value);
    }
    return null;
  });
}

function isRowOf(
  row: ChangeRow,
  indexed: Parameters<typeof changeRowOf>[0]["indexed"],
): boolean {
  const { memberId, deviceId, admittedAtMs, places } = row;
  const [first, ...others] = places;
  if (first === undefined) return false;
  const signer = { memberId, deviceId };
  const derived = changeRowOf({ indexed, signer }, admittedAtMs, [
    first,
    ...others,
  ]);
  return canonicalize(row) === canonicalize(derived);
}

async function isWhereItSays(
  tx: ReadTransaction,
  recordId: string,
  row: ChangeRow,
): Promise<boolean> {
  for (const { scopeId, sequence, chain } of row.places) {
    const logged = await tx.get(logTable, [scopeId, sequence]);
    const isSame =
      logged?.recordId === recordId &&
      logged.hash === row.hash &&
      logged.memberId === row.memberId &&
      logged.deviceId === row.deviceId &&
      logged.admittedAtMs === row.admittedAtMs &&
      logged.chain === chain;
    if (!isSame) return false;
  }
  return true;
}

/** No change of a log is left out of the index, and no row of the index is beyond what its record counts. */
async function verifyIndexIsWhole(
  tx: ReadTransaction,
): Promise<BrokenRow | null> {
  const placed = new Set<string>();
  const problem = await visitRows(
    tx,
    changeIndexTable,
    async ({ key, value }) => {
      const [recordId = "", number = 0] = key;
      const record = await tx.get(recordsTable, [recordId]);
      if (record === undefined || Number(number) > record.changeCount)
        return broken(changeIndexTable, key, "no record counts this row");
      placed.add(nameOf(recordId, value.hash));
      return null;
    },
  );
  if (problem !== null) return problem;
  return visitRows(tx, logTable, async ({ value: { recordId, hash } }) =>
    placed.has(nameOf(recordId, hash))
      ? null
      : broken(changeIndexTable, [recordId], `no row for change ${hash}`),
  );
}

async function verifyMembers(
  tx: ReadTransaction,
  types: RecordTypes,
): Promise<BrokenRow | null> {
  const problem = await visitRows(tx, membersTable, async ({ key, value }) => {
    const open = await openRecordView(tx, value.memberId, (name: string) =>
      types.get(name),
    );
    if (open?.type.type !== memberType || key[0] !== value.memberId)
      return broken(membersTable, key, "there is no record of this member");
    const derived = await rightsOf(open.type, value.memberId, open.view);
    return canonicalize(value) === canonicalize(derived)
      ? null
      : broken(
          membersTable,
          key,
          "the rights are not what the member's record gives",
        );
  });
  if (problem !== null) return problem;
  return visitRows(tx, recordsTable, async ({ key, value }) =>
    value.recordType !== memberType ||
    (await tx.get(membersTable, key)) !== undefined
      ? null
      : broken(membersTable, key, "the row is missing"),
  );
}

function broken(
  table: Pick<Table<unknown>, "name">,
  key: Key,
  problem: string,
): BrokenRow {
  return { table: table.name, key, problem };
}

function nameOf(recordId: string | number, hash: ChangeHash): string {
  return `${recordId} ${hash}`;
}
