/** Rows in front of others: what a transaction wrote and has not committed, or what was there before others committed. */
import {
  mergeInFront,
  type KeyRange,
  type SortedRow,
  type SortedRows,
} from "@suture/schema";

/** By key; null says that there is no row, whatever lies behind. */
export type Overlay<V> = SortedRows<V | null>;

export interface ScanOrder {
  readonly isReverse: boolean;
  /** May be Infinity. */
  readonly limit: number;
}

/**
 * The rows of `range` as they are seen with the overlay in front. `scanBehind` gives those behind, in order and as many as asked, if
 * there are that many; the overlay counts as it is once they came.
 */
export async function scanOver<V>(
  overlay: () => Overlay<V> | undefined,
  scanBehind: (
    range: KeyRange,
    order: ScanOrder,
  ) => Promise<readonly SortedRow<V>[]>,
  range: KeyRange,
  { isReverse, limit }: ScanOrder,
): Promise<readonly SortedRow<V>[]> {
  const seen: SortedRow<V>[] = [];
  let rest = range;
  while (seen.length < limit) {
    const wanted = limit - seen.length;
    const behind = await scanBehind(rest, { isReverse, limit: wanted });
    const last = behind.length < wanted ? undefined : behind.at(-1);
    const part = last === undefined ? rest : upTo(rest, last.key, isReverse);
    const inFront = overlay()?.scan(part, isReverse, Infinity) ?? [];
    for (const row of mergeInFront(behind, inFront, isReverse)) {
      if (seen.length === limit) break;
      seen.push(row);
    }
    if (last === undefined) break;
    rest = beyond(rest, last.key, isReverse);
  }
  return seen;
}

function upTo(range: KeyRange, key: string, isReverse: boolean): KeyRange {
  return isReverse ? { ...range, from: key } : { ...range, to: justAbove(key) };
}

function beyond(range: KeyRange, key: string, isReverse: boolean): KeyRange {
  return isReverse ? { ...range, to: key } : { ...range, from: justAbove(key) };
}

/** No text key holds NUL, so none lies between. */
export function justAbove(key: string): string {
  return `${key}\0`;
}
