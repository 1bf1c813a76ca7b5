/**
 * Messages of the protocol as somebody hostile writes them: proper ones that ask for as much as they may, and ones with anything
 * changed in them. Every result is one binary frame.
 */
import {
  joinRestoreRows,
  limits,
  protocolVersion,
  schemaVersion,
  type ChangeHash,
  type Cursor,
  type DeviceId,
  type RecordId,
  type ScopeId,
} from "@suture/schema";

import type { Chance } from "./chance.ts";
import { nothingUnsynced } from "./hostile-device.ts";
import { randomText } from "./random-values.ts";
import { deflatedFrame, objectToCbor, plainFrame } from "./wire-values.ts";
import {
  cborHead,
  type CborValue,
  Encoded,
  Pairs,
  writeCbor,
} from "./write-cbor.ts";
import { joined } from "./mutate-bytes.ts";

export interface MessageMaterials {
  readonly chance: Chance;
  readonly deviceId: DeviceId;
  readonly memberId: RecordId;
  readonly token: string;
  readonly scopes: readonly {
    readonly scopeId: ScopeId;
    readonly end: Cursor;
  }[];
  /** Changes the device was sent. */
  readonly known: readonly {
    readonly recordId: RecordId;
    readonly hash: ChangeHash;
    readonly bytes: Uint8Array;
  }[];
}

export interface FrameInput {
  readonly name: string;
  readonly frame: Uint8Array;
}

type Maker = (materials: MessageMaterials) => object;

const makers: Readonly<Record<string, Maker>> = {
  hello,
  push,
  pull,
  fetch: fetchKnown,
  "fetch-records": fetchRecords,
  "pull-snapshot": pullSnapshot,
  restore,
  ping: ({ chance }) => ({ type: "ping", number: chance.uint32() }),
  pong: ({ chance }) => ({ type: "pong", number: chance.uint32() }),
};
const kinds = Object.keys(makers);

export function makeMessageInput(materials: MessageMaterials): FrameInput {
  const { chance } = materials;
  const kind = chance.pick(kinds);
  const message = objectToCbor(makers[kind]?.(materials) ?? {});
  const isChanged = chance.isLikely(0.6);
  const body = writeCbor(isChanged ? changed(message, chance) : message);
  const isPacked =
    body.length > limits.compressAboveBytes || chance.isLikely(0.1);
  return {
    name: isChanged ? `${kind}, changed` : kind,
    frame: isPacked ? deflatedFrame(body) : plainFrame(new Encoded(body)),
  };
}

function hello({ chance, deviceId, scopes }: MessageMaterials): object {
  const count = chance.length(20_000);
  const cursors = new Pairs(
    Array.from({ length: count }, (_, index) => {
      const name = index.toString(2).replaceAll("0", "2").padStart(24, "1");
      return [`team:${name}`, objectToCbor(scopes[0]?.end)] as const;
    }),
  );
  return {
    type: "hello",
    protocolVersion,
    schemaVersion,
    appVersion: chance.pick(["fuzz", "", "x".repeat(65)]),
    deviceId,
    cursors,
    unsynced: manifest(chance),
  };
}

function push({ chance, token, known }: MessageMaterials): object {
  const count = 1 + chance.length(500);
  return {
    type: "push",
    pushId: chance.below(2 ** 31),
    token: chance.isLikely(0.7) ? token : randomToken(token, chance),
    changes: Array.from({ length: count }, () => {
      const { recordId, bytes } = chance.pick(known);
      return { recordId, bytes };
    }),
    unsynced: manifest(chance),
  };
}

/** One that is no longer, or never was, of this device. */
function randomToken(token: string, chance: Chance): string {
  const [head = "", claims = "", signature = ""] = token.split(".");
  return chance.pick([
    "",
    `${head}.${claims}.`,
    `${head}.${claims}.${signature.slice(4)}AAAA`,
    `eyJhbGciOiJub25lIn0.${claims}.`,
    `${head}.${"A".repeat(chance.length(3_000))}.${signature}`,
    "a.b.c",
    randomText(chance),
  ]);
}

function manifest(chance: Chance): object {
  if (chance.isLikely(0.5)) return nothingUnsynced;
  return {
    people: Array.from({ length: chance.length(65) }, (_, index) => ({
      personId: `person ${index % 60}`,
      countsByPriority: [0, 1, 2, chance.pick([3, 2 ** 53 - 1])],
      oldestAgeMs: chance.pick([null, 0, 2 ** 53 - 1]),
    })),
    recordIds: Array.from(
      { length: chance.length(201) },
      () => "2222222222222222222222222222",
    ),
  };
}

function pull({ chance, scopes }: MessageMaterials): object {
  const { scopeId, end } = chance.pick(scopes);
  return { type: "pull", scopeId, cursor: anyCursor(end, chance) };
}

function anyCursor(end: Cursor, chance: Chance): Cursor {
  const cursors: readonly Cursor[] = [
    end,
    { ...end, sequence: 0 },
    { ...end, sequence: chance.below(end.sequence + 1) },
    { ...end, sequence: 2 ** 53 - 1 },
    { ...end, epoch: "0".repeat(32) },
  ];
  return chance.pick(cursors);
}

function fetchKnown({ chance, known }: MessageMaterials): object {
  const items = Array.from({ length: 1 + chance.length(500) }, () => {
    const { recordId, hash } = chance.pick(known);
    return { recordId, hash };
  });
  return { type: "fetch", items };
}

function fetchRecords({ chance, scopes, known }: MessageMaterials): object {
  const { scopeId } = chance.pick(scopes);
  const recordIds = Array.from(
    { length: 1 + chance.length(100) },
    () => chance.pick(known).recordId,
  );
  return { type: "fetch-records", scopeId, recordIds };
}

function pullSnapshot({ chance, scopes, known }: MessageMaterials): object {
  const { scopeId, end } = chance.pick(scopes);
  return {
    type: "pull-snapshot",
    scopeId,
    at: chance.isLikely(0.5) ? null : anyCursor(end, chance),
    after: chance.isLikely(0.5) ? null : chance.pick(known).recordId,
  };
}

function restore({
  chance,
  scopes,
  known,
  memberId,
  deviceId,
}: MessageMaterials): object {
  const { scopeId, end } = chance.pick(scopes);
  const { recordId, hash } = chance.pick(known);
  const count = chance.length(limits.maxRestoreRows);
  const from = anyCursor(end, chance);
  const row = joinRestoreRows([{ recordId, hash, memberId, deviceId }]);
  return {
    type: "restore",
    from,
    rows: `${row}\n`.repeat(count).trimEnd(),
    jws: chance.pick(["", "a.b.c", "A".repeat(8_192)]),
    proof: {
      leaf: {
        scopeId,
        log: { ...end, sequence: from.sequence + count },
        auditSequence: 1,
        auditChain: "0".repeat(64),
      },
      path: Array.from({ length: chance.length(65) }, () => ({
        side: "left",
        hash: "0".repeat(64),
      })),
    },
  };
}

/** Changes up to three places of a message. */
function changed(message: CborValue, chance: Chance): CborValue {
  let result = message;
  for (let left = 1 + chance.below(3); left > 0; left -= 1)
    result = changeSomewhere(result, chance);
  return result;
}

function changeSomewhere(value: CborValue, chance: Chance): CborValue {
  if (chance.isLikely(0.25)) return strangeValue(value, chance);
  if (value instanceof Pairs && value.pairs.length > 0) {
    const { pairs } = value;
    const at = chance.below(pairs.length);
    const [key, inner] = pairs[at] ?? ["", null];
    switch (chance.below(6)) {
      case 0:
        return new Pairs(pairs.filter((_, index) => index !== at));
      case 1:
        return new Pairs([...pairs, [strangeKey(key, chance), inner]]);
      case 2:
        return new Pairs(pairs.with(at, [strangeKey(key, chance), inner]));
      default:
        return new Pairs(pairs.with(at, [key, changeSomewhere(inner, chance)]));
    }
  }
  if (Array.isArray(value) && value.length > 0) {
    const items: readonly CborValue[] = value;
    const at = chance.below(items.length);
    return items.with(at, changeSomewhere(items[at] ?? null, chance));
  }
  return strangeValue(value, chance);
}

function strangeKey(key: CborValue, chance: Chance): CborValue {
  return chance.pick<CborValue>([
    key,
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "",
    "x".repeat(chance.length(100_000)),
    7,
    null,
    new Uint8Array(3),
  ]);
}

function strangeValue(value: CborValue, chance: Chance): CborValue {
  return chance.pick<() => CborValue>([
    () => null,
    () => true,
    () => chance.pick([-1, 0, 1.5, 2 ** 53, -(2 ** 63), Number.NaN, Infinity]),
    () => randomText(chance),
    () => "9".repeat(chance.length(1_000_000)),
    () => new Uint8Array(chance.length(1_000_000)),
    () => [],
    () => new Pairs([]),
    () => repeated(chance.length(400_000), Uint8Array.of(0)),
    () => Array.from({ length: chance.length(2_000) }, () => value),
    () => nested(chance.length(10_000)),
    // A bignum, a date, a shared reference, an own record, a typed array: tags of RFC 8949 and of cbor-x.
    () =>
      new Encoded(
        joined(
          cborHead(6, chance.pick([2, 3, 0, 28, 29, 105, 64, 27, 57_337])),
          writeCbor(new Uint8Array(chance.length(100_000))),
        ),
      ),
    () =>
      new Encoded(
        Uint8Array.of(chance.pick([0x5f, 0x7f, 0x9f, 0xbf, 0xf7, 0xf8, 0xff])),
      ),
    () =>
      new Encoded(
        cborHead(chance.below(6), chance.pick([24, 2 ** 32, 2 ** 53])),
      ),
  ])();
}

/** A list of one item again and again. */
function repeated(count: number, item: Uint8Array): CborValue {
  const items = Buffer.alloc(count * item.length, item);
  return new Encoded(joined(cborHead(4, count), items));
}

function nested(depth: number): CborValue {
  return new Encoded(
    joined(new Uint8Array(depth).fill(0x81), Uint8Array.of(0xf6)),
  );
}
