/** Chunks that are small to send and large, or slow, to read: each aims at one loop of whoever decodes or judges them. */
import { deflateRawSync } from "node:zlib";

import type { Chance } from "./chance.ts";
import {
  type ChunkParts,
  deflateChunk,
  int,
  literals,
  nulls,
  run,
  sealChunk,
  sized,
  uint,
  writeChange,
} from "./chunk-writer.ts";
import { joined, joinedAll } from "./mutate-bytes.ts";

export interface BombParts {
  readonly chance: Chance;
  readonly actor: Uint8Array;
  readonly heads: readonly Uint8Array[];
  /** Of every change of the record, ascending. */
  readonly hashes: readonly Uint8Array[];
  readonly nextOp: number;
  /** Who wrote them, ascending. */
  readonly actors: readonly Uint8Array[];
}

const set = uint(1);
const noValue = uint(0);
const keyText = 0x15;
const insert = 0x34;
const action = 0x42;
const valueMetadata = 0x56;
const valueRaw = 0x57;
const predCount = 0x70;
const predActor = 0x71;
const predCounter = 0x73;
const objActor = 0x01;
const objCounter = 0x02;
const keyActor = 0x11;
const keyCounter = 0x13;

const rowCounts = [1_000, 9_999, 10_000, 10_001, 1_000_000, 2 ** 31, 2 ** 40];

type Bomb = (parts: BombParts) => Uint8Array;

export const bombs: readonly Bomb[] = [
  sameRow,
  distinctKeys,
  manyPreds,
  longValues,
  manyActors,
  manyDeps,
  deepContainers,
  elementsOfNothing,
  deflatedZeros,
  deflatedRows,
  otherChunk,
  emptyRuns,
];

/** Millions of rows in a hundred bytes. */
function sameRow(parts: BombParts): Uint8Array {
  const count = parts.chance.pick(rowCounts);
  return writeChange(change(parts, rows(count, text("notes"))));
}

/** As many operations as a change may have, none of them like another. */
function distinctKeys(parts: BombParts): Uint8Array {
  const count = parts.chance.pick([100, 2_000, 10_000]);
  const keys = Array.from({ length: count }, (_, index) =>
    text(
      `notes/${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`,
    ),
  );
  return writeChange(
    change(parts, [[keyText, literals(keys)], ...rows(count, null)]),
  );
}

/** Operations that overwrite as much as they may, of others or of nobody. */
function manyPreds(parts: BombParts): Uint8Array {
  const count = parts.chance.pick([1, 64, 312]);
  const each = parts.chance.pick([1, 63, 64, 65]);
  const otherActors = unique(parts.actors, parts.actor).slice(0, 200);
  const total = count * each;
  return writeChange({
    ...change(parts, [
      [keyText, run(count, text("maritalStatus"))],
      [action, run(count, set)],
      [valueMetadata, run(count, noValue)],
      [predCount, run(count, uint(each))],
      [predActor, run(total, uint(otherActors.length === 0 ? 0 : 1))],
      [
        predCounter,
        literals(
          Array.from({ length: total }, (_, index) =>
            int(index % each === 0 && index > 0 ? 1 - each : 1),
          ),
        ),
      ],
    ]),
    otherActors,
    startOp: Math.max(parts.nextOp, 100),
  });
}

function longValues(parts: BombParts): Uint8Array {
  const { chance } = parts;
  const length = chance.pick([65_535, 65_536, 256 * 1024, 256 * 1024 + 1]);
  const count = chance.pick([1, 3]);
  const type = chance.pick([6, 7]);
  return writeChange(
    change(parts, [
      [
        keyText,
        run(count, text(chance.pick(["prescribing", "maritalStatus"]))),
      ],
      [action, run(count, set)],
      [valueMetadata, run(count, uint(length * 16 + type))],
      [valueRaw, new Uint8Array(length * count).fill(0x5b)],
      [predCount, run(count, uint(0))],
    ]),
  );
}

function manyActors(parts: BombParts): Uint8Array {
  const count = parts.chance.pick([255, 256, 10_000]);
  const otherActors = Array.from({ length: count }, (_, index) =>
    new Uint8Array(new Uint32Array([0, 0, 0, index]).buffer).reverse(),
  );
  return writeChange({ ...change(parts, rows(1, text("notes"))), otherActors });
}

/** Everything it could depend on, or as many that nobody has. */
function manyDeps(parts: BombParts): Uint8Array {
  const { chance, hashes } = parts;
  const deps = chance.isLikely(0.5)
    ? hashes.slice(0, 256)
    : Array.from({ length: 256 }, (_, index) =>
        new Uint8Array(32).fill(index & 0xff),
      );
  return writeChange({ ...change(parts, rows(1, text("notes"))), deps });
}

/** Each map inside the one before. */
function deepContainers(parts: BombParts): Uint8Array {
  const count = parts.chance.pick([100, 5_000, 10_000]);
  return writeChange(
    change(parts, [
      [objActor, joined(nulls(1), run(count - 1, uint(0)))],
      [
        objCounter,
        joined(nulls(1), int(-1), uint(parts.nextOp), run(count - 2, uint(1))),
      ],
      [keyText, run(count, text("a"))],
      [action, run(count, uint(parts.chance.pick([0, 2, 4])))],
      [valueMetadata, run(count, noValue)],
      [predCount, run(count, uint(0))],
    ]),
  );
}

/** Insertions into a text, each after the one before. */
function elementsOfNothing(parts: BombParts): Uint8Array {
  const count = parts.chance.pick([10, 5_000, 9_999]);
  return writeChange(
    change(parts, [
      [objActor, run(count, uint(0))],
      [objCounter, run(count, uint(parts.chance.pick([1, parts.nextOp])))],
      [keyActor, joined(nulls(1), run(count - 1, uint(0)))],
      [keyCounter, joined(int(-1), int(0), run(count - 1, int(1)))],
      [insert, joined(uint(0), uint(count))],
      [action, run(count, set)],
      [valueMetadata, run(count, uint(16 + 6))],
      [valueRaw, new Uint8Array(count).fill(0x61)],
      [predCount, run(count, uint(0))],
    ]),
  );
}

/** A megabyte for each kilobyte sent, at and beyond the limit. */
function deflatedZeros(parts: BombParts): Uint8Array {
  const length = parts.chance.pick([
    1024 * 1024,
    4 * 1024 * 1024,
    4 * 1024 * 1024 + 1,
    8 * 1024 * 1024,
  ]);
  const packed = new Uint8Array(deflateRawSync(new Uint8Array(length)));
  return deflateChunk(sealChunk(1, new Uint8Array(0)), () => packed);
}

function deflatedRows(parts: BombParts): Uint8Array {
  return deflateChunk(distinctKeys(parts));
}

/** A document, a bundle, or a type nobody knows. */
function otherChunk({ chance }: BombParts): Uint8Array {
  return sealChunk(
    chance.pick([0, 3, 4, 255]),
    chance.bytes(chance.below(700)),
  );
}

function emptyRuns(parts: BombParts): Uint8Array {
  const column = joinedAll(
    Array.from({ length: 20_000 }, () => joined(int(1), text(""))),
  );
  return writeChange(change(parts, [[keyText, column], ...rows(10_000, null)]));
}

/** Rows that set a root key to null; the key's column is left out where there is one already. */
function rows(count: number, key: Uint8Array | null): ChunkParts["columns"] {
  return [
    ...(key === null ? [] : ([[keyText, run(count, key)]] as const)),
    [action, run(count, set)],
    [valueMetadata, run(count, noValue)],
    [predCount, run(count, uint(0))],
  ];
}

function change(
  { actor, heads, nextOp }: BombParts,
  columns: ChunkParts["columns"],
): ChunkParts {
  return {
    deps: heads,
    actor,
    seq: 1,
    startOp: nextOp,
    timeSeconds: 1_800_000_000,
    message: new Uint8Array(0),
    otherActors: [],
    columns,
  };
}

function text(key: string): Uint8Array {
  return sized(new Uint8Array(Buffer.from(key)));
}

function unique(
  sorted: readonly Uint8Array[],
  without: Uint8Array,
): readonly Uint8Array[] {
  return sorted.filter(
    (one, index) =>
      Buffer.compare(one, without) !== 0 &&
      (index === 0 || Buffer.compare(one, sorted[index - 1] ?? one) !== 0),
  );
}
