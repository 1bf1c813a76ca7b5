/** Walks all chains of one kind in a partition: no gap, every link as computed, and the head where the rows end. SPEC AU-7. */
import {
  scopeIdSchema,
  type ChainHash,
  type ReadTransaction,
  type ScopeId,
  type Table,
} from "@suture/schema";

import { visitRows, type BrokenRow } from "./broken-row.ts";

export interface ChainKind<V, H> {
  /** `[scopeId, sequence]`, sequences from 1. */
  readonly rows: Table<V>;
  /** `[scopeId]` */
  readonly heads: Table<H>;
  /** The chain before the first row; `head` is undefined where there is none. */
  readonly first: (scopeId: ScopeId, head: H | undefined) => ChainHash;
  readonly next: (
    previous: ChainHash,
    row: V,
    scopeId: ScopeId,
    sequence: number,
  ) => ChainHash;
  /** What else must hold of a row. */
  readonly check?: (
    row: V,
    scopeId: ScopeId,
    sequence: number,
  ) => Promise<BrokenRow | null>;
}

interface Position {
  readonly scopeId: ScopeId;
  readonly sequence: number;
  readonly chain: ChainHash;
}

export async function verifyChains<
  V extends { readonly chain: ChainHash },
  H extends { readonly sequence: number; readonly chain: ChainHash },
>(tx: ReadTransaction, kind: ChainKind<V, H>): Promise<BrokenRow | null> {
  const { rows, heads } = kind;
  const ends = new Map<ScopeId, Position>();
  const brokenRow = await visitRows(tx, rows, async ({ key, value }) => {
    const scopeId = scopeIdSchema.parse(key[0]);
    const sequence = key[1];
    const before = ends.get(scopeId) ?? (await startOf(tx, kind, scopeId));
    if (sequence !== before.sequence + 1)
      return broken(rows, scopeId, before.sequence + 1, "the row is missing");
    const chain = kind.next(before.chain, value, scopeId, sequence);
    if (chain !== value.chain)
      return broken(rows, scopeId, sequence, "it does not continue its chain");
    ends.set(scopeId, { scopeId, sequence, chain });
    return (await kind.check?.(value, scopeId, sequence)) ?? null;
  });
  if (brokenRow !== null) return brokenRow;
  for (const { scopeId, sequence } of ends.values()) {
    if ((await tx.get(heads, [scopeId])) === undefined)
      return broken(heads, scopeId, sequence, "the chain has no head");
  }
  return visitRows(tx, heads, async ({ key, value }) => {
    const scopeId = scopeIdSchema.parse(key[0]);
    const end = ends.get(scopeId) ?? (await startOf(tx, kind, scopeId));
    if (value.sequence > end.sequence)
      return broken(rows, scopeId, end.sequence + 1, "the row is missing");
    return value.sequence === end.sequence && value.chain === end.chain
      ? null
      : broken(heads, scopeId, value.sequence, "it is not where the rows end");
  });
}

async function startOf<V, H>(
  tx: ReadTransaction,
  { heads, first }: ChainKind<V, H>,
  scopeId: ScopeId,
): Promise<Position> {
  const head = await tx.get(heads, [scopeId]);
  return { scopeId, sequence: 0, chain: first(scopeId, head) };
}

function broken(
  table: Table<unknown>,
  scopeId: ScopeId,
  sequence: number,
  problem: string,
): BrokenRow {
  return { table: table.name, key: [scopeId, sequence], problem };
}
