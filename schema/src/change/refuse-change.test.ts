import * as A from "@automerge/automerge";
import { expect, test } from "vitest";
import { sha256 } from "../canonical/sha256.ts";
import { type ChangeLimits, defaultChangeLimits } from "./change-limits.ts";
import { decodeChange } from "./decode-change.ts";

/** Parts of a change, as bytes, that differ from the plain one-operation change `{ k: 5 }`. */
interface RawChange {
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
  /** How many times the one operation is there. */
  readonly rows?: number;
  /** By column id; an empty one is left out. */
  readonly columns?: Readonly<Record<number, readonly number[]>>;
  /** Count, ids and lengths, and whatever follows, in place of all columns. */
  readonly columnList?: readonly number[];
  readonly extra?: readonly number[];
}

test("the change built by hand is one that Automerge writes", () => {
  const bytes = A.encodeChange({
    actor: "aa".repeat(16),
    seq: 1,
    startOp: 1,
    time: 0,
    message: null,
    deps: [],
    ops: [
      {
        action: "set",
        obj: "_root",
        key: "k",
        value: 5,
        datatype: "int",
        pred: [],
      },
    ],
  } as unknown as Parameters<typeof A.encodeChange>[0]);
  expect(Buffer.from(oneOpChange())).toEqual(Buffer.from(bytes));
});

test("[CH-5] documents, bundles and unknown chunks are refused by their type", () => {
  const document = A.save(A.from({ a: 1 }));
  expect(refusalOf(document)).toBe("chunk-type: the chunk is not a change");
  expect(refusalOf(chunk(3, [1, 2, 3]))).toBe(
    "chunk-type: the chunk is not a change",
  );
  expect(refusalOf(chunk(4, [1, 2, 3]))).toBe(
    "chunk-type: the chunk type is unknown",
  );
});

test("[CH-5] a chunk cut short or with bytes behind it is refused", () => {
  const bytes = oneOpChange();
  for (let length = 0; length < bytes.length; length += 1) {
    expect(refusalOf(bytes.subarray(0, length))).toMatch(/^chunk-malformed/);
  }
  expect(refusalOf(new Uint8Array([...bytes, 0]))).toBe(
    "chunk-malformed: bytes follow the chunk",
  );
});

test("[CH-5] a view into a larger buffer decodes as the bytes alone do", () => {
  const bytes = oneOpChange();
  const buffer = new Uint8Array(bytes.length + 20).fill(0xee);
  buffer.set(bytes, 7);
  expect(opsOf(buffer.subarray(7, 7 + bytes.length))).toEqual(opsOf(bytes));
});

test("[CH-10] columns that are absent read as nulls, false and root", () => {
  expect(opsOf(rawChange({ columns: emptyColumns, rows: 0 }))).toEqual([]);
  expect(opsOf(rawChange({ columns: { 0x34: [] } }))).toEqual(
    opsOf(oneOpChange()),
  );
});

test("[CH-9] Automerge's self-asserted author, in extra bytes, is refused", () => {
  const doc = A.change(
    A.init<Record<string, unknown>>({
      actor: "aa".repeat(16),
      author: "bb".repeat(16),
    }),
    (draft) => void (draft["a"] = 1),
  );
  const [bytes] = A.getAllChanges(doc);
  if (bytes === undefined) throw new Error("no change");
  expect(refusalOf(bytes)).toBe(
    "chunk-malformed: bytes follow the last column",
  );
});

// One case a line.
// prettier-ignore
const malformedChanges: readonly (readonly [string, string, RawChange])[] = [
  ["[CH-8]", "a number is not in its shortest form", { seq: [0x81, 0x00] }],
  ["[CH-8]", "a number is not in its shortest form", { time: [0xff, 0x7f] }],
  ["[CH-8]", "a number does not fit 53 bits", { seq: [255, 255, 255, 255, 255, 255, 255, 31] }],
  ["[CH-8]", "a number does not fit 53 bits", { seq: Array(12).fill(0xff) }],
  ["[CH-8]", "a number does not fit 53 bits", { time: Array(12).fill(0xff) }],
  ["[CH-8]", "a text is not UTF-8", { message: [1, 0xff] }],
  ["[CH-8]", "a text is not UTF-8", { message: [3, 0xed, 0xa0, 0x80] }],
  ["[CH-9]", "the sequence number is zero", { seq: [0] }],
  ["[CH-9]", "the first operation counter is zero", { startOp: [0] }],
  ["[CH-9]", "an actor id is empty", { actor: [0] }],
  ["[CH-9]", "the dependencies are not in order", { deps: [2, ...Array(64).fill(7)] }],
  ["[CH-9]", "the actors are not in order", { otherActors: [2, 1, 0xcc, 1, 0xbb] }],
  ["[CH-9]", "the actors are not in order", { otherActors: [2, 1, 0xcc, 1, 0xcc] }],
  ["[CH-9]", "the author is listed twice", { otherActors: [1, 16, ...Array(16).fill(0xaa)] }],
  ["[CH-9]", "there are more columns than a change can have", { columnList: [99] }],
  ["[CH-9]", "the columns are not in order", { columnList: [2, 0x42, 0, 0x15, 0] }],
  ["[CH-9]", "the columns are not in order", { columnList: [2, 0x42, 0, 0x42, 0] }],
  ["[CH-9]", "a column of a change is deflated", { columnList: [1, 0x4a, 0] }],
  ["[CH-9]", "a column is unknown", { columnList: [1, 0x22, 0] }],
  ["[CH-9]", "the bytes end in the middle of something", { columnList: [1, 0x42, 9, 1] }],
  ["[CH-9]", "bytes follow the last column", { extra: [1] }],
  ["[CH-10]", "a run is empty", { columns: { 0x42: [0, 0] } }],
  ["[CH-10]", "a run is empty", { columns: { 0x34: [1, 0] }, rows: 2 }],
  ["[CH-10]", "a column ends before the operations do", { columns: { 0x42: [2, 1] } }],
  ["[CH-10]", "a column goes on after the last operation", { columns: { 0x34: [2] } }],
  ["[CH-10]", "a column goes on after the last operation", { columns: { 0x57: [5, 5] } }],
  ["[CH-10]", "a counter is out of range", { columns: { 0x15: [], 0x13: [1, 0x7f] } }],
  ["[CH-11]", "a value is of an unknown type", { columns: { 0x56: [1, 0x1a] } }],
  ["[CH-11]", "a value has the wrong length", { columns: { 0x56: [1, 0x10] } }],
  ["[CH-11]", "a value has the wrong length", { columns: { 0x56: [1, 0x24], 0x57: [5, 5] } }],
  ["[CH-11]", "a value has the wrong length", { columns: { 0x56: [1, 0x15] } }],
  ["[CH-11]", "a value has no type", { columns: { 0x56: [] } }],
  ["[CH-11]", "a text is not UTF-8", { columns: { 0x56: [1, 0x16], 0x57: [0x80] } }],
  ["[CH-11]", "an increment is not an integer", { columns: { 0x42: [1, 5], 0x56: [1, 2], 0x57: [] } }],
  ["[CH-11]", "an operation has a value it has no use for", { columns: { 0x42: [1, 3] } }],
  ["[CH-11]", "the end of a mark has a value", { columns: { 0x42: [1, 7] } }],
  ["[CH-11]", "only a mark has a name", { columns: { 0xa5: [1, 1, 0x6d] } }],
  ["[CH-11]", "only a mark has a name", { columns: { 0x94: [0, 1] } }],
  ["[CH-12]", "an action is unknown", { columns: { 0x42: [1, 8] } }],
  ["[CH-12]", "an action is unknown", { columns: { 0x42: [0, 1] } }],
  ["[CH-12]", "an operation has two places", { columns: { 0x11: [1, 0], 0x13: [1, 1] } }],
  ["[CH-12]", "an operation id names no actor of the change", { columns: { 0x15: [] } }],
  ["[CH-12]", "an operation id names no actor of the change", { columns: { 0x01: [1, 1], 0x02: [1, 1] } }],
  ["[CH-12]", "an operation id has no counter", { columns: { 0x01: [1, 0] } }],
  ["[CH-12]", "an operation refers to itself or to a later one", { columns: { 0x01: [1, 0], 0x02: [1, 1] } }],
  ["[CH-12]", "the head of a list is not an element", { columns: { 0x15: [], 0x13: [1, 0] } }],
  ["[CH-12]", "a map key is inserted", { columns: { 0x34: [0, 1] } }],
  [
    "[CH-12]",
    "an insertion overwrites something",
    {
      startOp: [9],
      columns: { 0x15: [], 0x13: [1, 0], 0x34: [0, 1], 0x70: [1, 1], 0x71: [1, 0], 0x73: [1, 1] },
    },
  ],
  [
    "[CH-12]",
    "the overwritten operations are not in order",
    { startOp: [9], columns: { 0x70: [1, 2], 0x71: [2, 0], 0x73: [0x7e, 2, 0] } },
  ],
  ["[CH-12]", "an operation does not say how many it overwrites", { columns: { 0x70: [] } }],
];

test.each(malformedChanges)("%s refuses: %s (%#)", (_rule, reason, parts) => {
  expect(refusalOf(rawChange(parts))).toBe(`chunk-malformed: ${reason}`);
});

// One case a line.
// prettier-ignore
const oversizedChanges: readonly (readonly [string, Partial<ChangeLimits>, RawChange])[] = [
  ["the chunk is too long", { maxBytes: 20 }, {}],
  ["there are too many dependencies", { maxDeps: 1 }, { deps: [2, ...Array(64).fill(7)] }],
  ["there are too many actors", { maxActors: 1 }, { otherActors: [1, 1, 0xbb] }],
  ["an actor id is too long", {}, { actor: [65, ...Array(65).fill(1)] }],
  ["the message is too long", { maxMessageBytes: 2 }, { message: [3, 0x61, 0x61, 0x61] }],
  ["a text is too long", { maxKeyBytes: 1 }, { columns: { 0x15: [1, 2, 0x61, 0x61] } }],
  ["a value is too long", { maxValueBytes: 0 }, {}],
  ["the operation counter is too high", { maxOpCounter: 9 }, { startOp: [10] }],
  ["the operation counter is too high", { maxOpCounter: 9 }, { startOp: [9], rows: 2 }],
  ["a run is longer than a change may be", { maxOps: 1 }, { rows: 2 }],
  ["a run is longer than a change may be", { maxOps: 9 }, { columns: { 0x42: [0x7f, 1, 9, 1] } }],
  [
    "too many operations are overwritten",
    { maxPredsPerOp: 1 },
    { startOp: [9], columns: { 0x70: [1, 2], 0x71: [2, 0], 0x73: [2, 1] } },
  ],
];

test.each(oversizedChanges)(
  "[CH-13] refuses as too large: %s (%#)",
  (reason, limits, parts) => {
    expect(refusalOf(rawChange(parts), limits)).toBe(
      `chunk-too-large: ${reason}`,
    );
    expect(refusalOf(rawChange(parts), limits)).not.toBe(
      refusalOf(rawChange({})),
    );
  },
);

test("[CH-13] a hundred bytes that claim millions of operations are refused before any is read", () => {
  const fiveMillion = [0xc0, 0x96, 0xb1, 0x02];
  for (const column of [
    0x01, 0x02, 0x11, 0x13, 0x15, 0x42, 0x56, 0x70,
  ] as const) {
    const everyRow =
      column === 0x15 ? [...fiveMillion, 1, 0x6b] : [...fiveMillion, 1];
    for (const rows of [everyRow, [0, ...fiveMillion]]) {
      const bomb = rawChange({
        columns: { 0x42: [...fiveMillion, 1], [column]: rows },
      });
      expect(bomb.length).toBeLessThan(110);
      const before = process.memoryUsage().heapUsed;
      expect(refusalOf(bomb)).toBe(
        "chunk-too-large: a run is longer than a change may be",
      );
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    }
  }
});

test("[CH-13] few bytes that claim many overwritten operations each are refused in sum", () => {
  const bomb = rawChange({
    startOp: [0x80, 0x80, 0x80, 0x80, 0x04],
    rows: 1000,
    columns: {
      0x70: [0xe8, 7, 64],
      0x71: [0x80, 0x9c, 1, 0],
      0x73: [0x80, 0x9c, 1, 1],
    },
  });
  expect(bomb.length).toBeLessThan(110);
  expect(refusalOf(bomb)).toBe(
    "chunk-too-large: too many operations are overwritten",
  );
});

function refusalOf(
  bytes: Uint8Array,
  limits: Partial<ChangeLimits> = {},
): string {
  const result = decodeChange(bytes, { ...defaultChangeLimits, ...limits });
  return result.ok ? "decoded" : `${result.error.code}: ${result.error.reason}`;
}

function opsOf(bytes: Uint8Array): unknown {
  const result = decodeChange(bytes, defaultChangeLimits);
  return result.ok ? result.value.ops : result.error;
}

/** Leaves out every column the plain change has. */
const emptyColumns = {
  0x15: [],
  0x34: [],
  0x42: [],
  0x56: [],
  0x57: [],
  0x70: [],
};

/** Writes a change by hand, so that it may say what no encoder would. Checksum and length are right. */
function rawChange(parts: RawChange): Uint8Array {
  const rows = parts.rows ?? 1;
  const run = rows < 64 ? [rows] : [(rows & 0x7f) | 0x80, rows >> 7];
  const columns = Object.entries({
    0x15: [...run, 1, 0x6b],
    0x34: rows < 128 ? [rows] : run,
    0x42: [...run, 1],
    0x56: [...run, 0x14],
    0x57: Array<number>(rows).fill(5),
    0x70: [...run, 0],
    ...(rows > 9 ? { 0x56: [...run, 0], 0x57: [] } : {}),
    ...parts.columns,
  })
    .map(([id, bytes]) => ({ id: Number(id), bytes }))
    .filter(({ bytes }) => bytes.length > 0)
    .sort((a, b) => a.id - b.id);
  const columnList = [
    columns.length,
    ...columns.flatMap(({ id, bytes }) => [...uleb(id), bytes.length]),
    ...columns.flatMap(({ bytes }) => bytes),
  ];
  return chunk(1, [
    ...(parts.deps ?? [0]),
    ...(parts.actor ?? [16, ...Array<number>(16).fill(0xaa)]),
    ...(parts.seq ?? [1]),
    ...(parts.startOp ?? [1]),
    ...(parts.time ?? [0]),
    ...(parts.message ?? [0]),
    ...(parts.otherActors ?? [0]),
    ...(parts.columnList ?? columnList),
    ...(parts.extra ?? []),
  ]);
}

function oneOpChange(): Uint8Array {
  // Automerge writes single rows as a literal run of one, where `rawChange` writes a run of one.
  return rawChange({
    columns: {
      0x15: [0x7f, 1, 0x6b],
      0x42: [0x7f, 1],
      0x56: [0x7f, 0x14],
      0x70: [0x7f, 0],
    },
  });
}

/** A chunk of the type with this body; the checksum is right unless the type is a deflated change. */
function chunk(type: number, body: readonly number[]): Uint8Array {
  const hashed = Uint8Array.from([type, ...uleb(body.length), ...body]);
  return Uint8Array.from([
    0x85,
    0x6f,
    0x4a,
    0x83,
    ...sha256(hashed).subarray(0, 4),
    ...hashed,
  ]);
}

function uleb(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
