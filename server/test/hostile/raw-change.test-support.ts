/** Writes change chunks by hand, so that they may say what no encoder would. Checksum and length are right. */
import { sha256 } from "@suture/schema";

/** Parts of a change, as bytes, that differ from the plain one-operation change `{ k: 5 }`. */
export interface RawChange {
  /** With its count. */
  readonly deps?: readonly number[];
  /** With its length. */
  readonly actor?: readonly number[];
  readonly seq?: readonly number[];
  readonly startOp?: readonly number[];
  readonly time?: readonly number[];
  /** With its length. */
  readonly message?: readonly number[];
  /** With their count. */
  readonly otherActors?: readonly number[];
  /** How many times the one operation is there; below 64. */
  readonly rows?: number;
  /** By column id; an empty one is left out. */
  readonly columns?: Readonly<Record<number, readonly number[]>>;
  /** Count, ids and lengths, and whatever follows, in place of all columns. */
  readonly columnList?: readonly number[];
  readonly extra?: readonly number[];
}

export function rawChange(parts: RawChange): Uint8Array {
  return chunk(1, rawBody(parts));
}

export function rawBody(parts: RawChange): readonly number[] {
  const rows = parts.rows ?? 1;
  const columns = Object.entries({
    0x15: [rows, 1, 0x6b],
    0x34: [rows],
    0x42: [rows, 1],
    0x56: [rows, 0x14],
    0x57: Array<number>(rows).fill(5),
    0x70: [rows, 0],
    ...parts.columns,
  })
    .map(([id, bytes]) => ({ id: Number(id), bytes }))
    .filter(({ bytes }) => bytes.length > 0)
    .sort((left, right) => left.id - right.id);
  const columnList = [
    columns.length,
    ...columns.flatMap(({ id, bytes }) => [...uleb(id), ...uleb(bytes.length)]),
    ...columns.flatMap(({ bytes }) => bytes),
  ];
  return [
    ...(parts.deps ?? [0]),
    ...(parts.actor ?? [16, ...Array<number>(16).fill(0xaa)]),
    ...(parts.seq ?? [1]),
    ...(parts.startOp ?? [1]),
    ...(parts.time ?? [0]),
    ...(parts.message ?? [0]),
    ...(parts.otherActors ?? [0]),
    ...(parts.columnList ?? columnList),
    ...(parts.extra ?? []),
  ];
}

/** A chunk of the type with this body; `hashedAs` is what its checksum is made over, if not itself. */
export function chunk(
  type: number,
  body: readonly number[] | Uint8Array,
  hashedAs?: readonly number[],
): Uint8Array {
  const hashed = Buffer.concat([
    Uint8Array.from([type, ...uleb(body.length)]),
    Uint8Array.from(body),
  ]);
  const sum =
    hashedAs === undefined
      ? sha256(hashed)
      : sha256(Uint8Array.from([1, ...uleb(hashedAs.length), ...hashedAs]));
  return new Uint8Array(
    Buffer.concat([
      Uint8Array.from([0x85, 0x6f, 0x4a, 0x83]),
      sum.subarray(0, 4),
      hashed,
    ]),
  );
}

export function uleb(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80))
    bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
