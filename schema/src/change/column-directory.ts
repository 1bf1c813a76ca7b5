import { ByteReader, emptyReader } from "./byte-reader.ts";
import { malformed } from "./chunk-refusal.ts";

/** The columns a change may have: column id × 16 + encoding, by what they hold. */
export const columnIds = {
  objActor: 0x01,
  objCounter: 0x02,
  keyActor: 0x11,
  keyCounter: 0x13,
  keyText: 0x15,
  insert: 0x34,
  action: 0x42,
  valueMetadata: 0x56,
  valueRaw: 0x57,
  predCount: 0x70,
  predActor: 0x71,
  predCounter: 0x73,
  expand: 0x94,
  markName: 0xa5,
} as const;

export type ColumnId = (typeof columnIds)[keyof typeof columnIds];

const knownIds: ReadonlySet<number> = new Set(Object.values(columnIds));

/** Set in a column's id when its bytes are deflated, which only document chunks may do. */
const deflatedBit = 0x08;

/** The columns that are there, each with a reader of its bytes. */
export interface ColumnDirectory {
  readonly ids: readonly number[];
  readonly readers: readonly ByteReader[];
}

/**
 * Reads the list of columns and marks off the bytes of each. Ascending, each at most once, none unknown (a column we
 * do not read could hide what another reader acts on), none deflated; nothing may follow the last. SPEC CH-9.
 */
export function readColumnDirectory(
  reader: ByteReader,
  bytes: Uint8Array,
): ColumnDirectory {
  const count = reader.uint();
  if (count > knownIds.size)
    malformed("there are more columns than a change can have");
  const ids: number[] = [];
  const lengths: number[] = [];
  let previous = -1;
  for (let index = 0; index < count; index += 1) {
    const id = reader.uint();
    if (id <= previous) malformed("the columns are not in order");
    if ((id & deflatedBit) !== 0) malformed("a column of a change is deflated");
    if (!knownIds.has(id)) malformed("a column is unknown");
    ids.push(id);
    lengths.push(reader.uint());
    previous = id;
  }

  const readers = lengths.map((length) => {
    const start = reader.position;
    reader.skip(length);
    return new ByteReader(bytes, start, start + length);
  });
  if (!reader.isDone) malformed("bytes follow the last column");
  return { ids, readers };
}

export function columnOf(
  { ids, readers }: ColumnDirectory,
  id: ColumnId,
): ByteReader {
  return readers[ids.indexOf(id)] ?? emptyReader;
}
