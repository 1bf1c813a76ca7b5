/** What arrives as the bytes of a change: all of it is refused before anything but our own reader has seen it. */
import { deflateRawSync } from "node:zlib";
import { equipment, genesisOf } from "@suture/schema";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import {
  chunk,
  rawBody,
  rawChange,
  uleb,
  type RawChange,
} from "./raw-change.test-support.ts";

const source = "schema/src/change";

/** Bytes pushed as a change of a record that the author may write. */
function pushed(bytes: (house: House) => Uint8Array): HostileCase["attack"] {
  return (house) =>
    house.clinician.answerTo({
      recordId: house.patient.recordId,
      bytes: bytes(house),
    });
}

/** An honest change, to be damaged. */
function honest({ clinician, patient }: House): Uint8Array {
  return clinician.compose(patient, [{ key: "maritalStatus", set: "M" }]).bytes;
}

const fiveMillion = [0xc0, 0x96, 0xb1, 0x02];
const many = (count: number, of: readonly number[]) =>
  Array.from({ length: count }, () => of).flat();
const ascendingActors = (count: number) =>
  Array.from({ length: count }, (_, at) => [2, at >> 8, at & 0xff]).flat();

const chunks: readonly HostileCase[] = [
  {
    name: "no bytes at all",
    attacks: "the reader's first byte",
    check: `${source}/byte-reader.ts: end`,
    expected:
      "refused chunk-malformed: the bytes end in the middle of something",
    attack: pushed(() => new Uint8Array(0)),
  },
  {
    name: "bytes that are no chunk",
    attacks: "whatever reads on",
    check: `${source}/chunk-header.ts: magic`,
    expected: "refused chunk-malformed: the bytes do not begin with a chunk",
    attack: pushed((house) => {
      const bytes = honest(house);
      bytes[0] = 0x84;
      return bytes;
    }),
  },
  {
    name: "a whole document",
    attacks: "Automerge's loader, which takes any chunk",
    check: `${source}/decode-change.ts: type`,
    expected: "refused chunk-type: the chunk is not a change",
    attack: pushed(() => chunk(0, [0, 0, 0, 0])),
  },
  {
    name: "a bundle (616 bytes that do not return in 25 s)",
    attacks: "CPU, in Automerge's loader",
    check: `${source}/decode-change.ts: type`,
    expected: "refused chunk-type: the chunk is not a change",
    attack: pushed(() => chunk(3, [1, 2, 3])),
  },
  {
    name: "a chunk of a type not invented yet",
    attacks: "readers of later versions",
    check: `${source}/chunk-header.ts: type`,
    expected: "refused chunk-type: the chunk type is unknown",
    attack: pushed(() => chunk(4, [1, 2, 3])),
  },
  {
    name: "one bit flipped in an honest change",
    attacks: "content (Automerge checks no checksum)",
    check: `${source}/decode-change.ts: checksum`,
    expected: "refused chunk-checksum: the checksum does not match the bytes",
    attack: pushed((house) => {
      const bytes = honest(house);
      bytes[bytes.length - 4] = (bytes[bytes.length - 4] ?? 0) ^ 1;
      return bytes;
    }),
  },
  {
    name: "an honest change under a checksum of nobody's",
    attacks: "the name of a change",
    check: `${source}/decode-change.ts: checksum`,
    expected: "refused chunk-checksum: the checksum does not match the bytes",
    attack: pushed((house) => honest(house).fill(0, 4, 8)),
  },
  {
    name: "a change cut short",
    attacks: "lengths",
    check: `${source}/chunk-header.ts: length`,
    expected: "refused chunk-malformed: the chunk is cut short",
    attack: pushed((house) => honest(house).slice(0, -1)),
  },
  {
    name: "a change with a byte behind it",
    attacks: "what reads the first chunk and what reads all",
    check: `${source}/decode-change.ts: bytes left`,
    expected: "refused chunk-malformed: bytes follow the chunk",
    attack: pushed((house) => Uint8Array.from([...honest(house), 0])),
  },
  {
    name: "two changes in one",
    attacks: "a change that rides along unjudged",
    check: `${source}/decode-change.ts: bytes left`,
    expected: "refused chunk-malformed: bytes follow the chunk",
    attack: pushed((house) =>
      Uint8Array.from([...honest(house), ...honest(house)]),
    ),
  },
  {
    name: "bytes behind the last column, where Automerge keeps its author",
    attacks: "attribution, for readers that believe it",
    check: `${source}/column-directory.ts: the end`,
    expected: "refused chunk-malformed: bytes follow the last column",
    attack: pushed(() =>
      rawChange({ extra: [16, ...Array<number>(16).fill(1)] }),
    ),
  },
  {
    name: "a deflated chunk that is not deflated",
    attacks: "the inflater",
    check: `${source}/inflate.ts: block type`,
    expected:
      "refused chunk-malformed: the deflated bytes have an unknown block type",
    attack: pushed(() => chunk(2, [0xff, 0xff])),
  },
  {
    name: "a deflated chunk cut short",
    attacks: "the inflater",
    check: `${source}/inflate.ts: end of input`,
    expected: "refused chunk-malformed: the deflated stream is cut short",
    attack: pushed(() =>
      chunk(2, deflateRawSync(Uint8Array.from(rawBody({}))).subarray(0, -2)),
    ),
  },
  {
    name: "a deflated chunk with bytes behind the stream",
    attacks: "one change with many names",
    check: `${source}/inflate.ts: end of stream`,
    expected: "refused chunk-malformed: bytes follow the deflated stream",
    attack: pushed(() => {
      const body = rawBody({});
      const deflated = deflateRawSync(Uint8Array.from(body));
      return chunk(2, [...deflated, 0], body);
    }),
  },
  {
    name: "a deflated chunk under the checksum of another body",
    attacks: "the name of a change",
    check: `${source}/decode-change.ts: checksum`,
    expected: "refused chunk-checksum: the checksum does not match the bytes",
    attack: pushed(() =>
      chunk(
        2,
        deflateRawSync(Uint8Array.from(rawBody({}))),
        rawBody({ seq: [2] }),
      ),
    ),
  },
  {
    name: "a deflate bomb: 16 KB that inflate to 16 MiB",
    attacks: "memory",
    check: `${source}/inflate.ts: bound`,
    expected: "refused chunk-too-large: the inflated change is too long",
    attack: pushed(() => chunk(2, deflateRawSync(new Uint8Array(16 << 20)))),
  },
  {
    name: "a deflated block that repeats what was before its start",
    attacks: "memory that is not its own",
    check: `${source}/inflate.ts: distance`,
    expected:
      "refused chunk-malformed: the deflated stream refers to before its start",
    // One block of the fixed code: length 3 (0000001), distance 1 (00000), end.
    attack: pushed(() => chunk(2, [0x03, 0x02, 0x00, 0x00])),
  },
];

// One case a line.
// prettier-ignore
const malformed: readonly (readonly [name: string, where: string, reason: string, parts: RawChange])[] = [
  ["a number with a zero in front", "byte-reader.ts", "a number is not in its shortest form", { seq: [0x81, 0x00] }],
  ["a signed number with a sign too many", "byte-reader.ts", "a number is not in its shortest form", { time: [0xff, 0x7f] }],
  ["a number of 54 bits", "byte-reader.ts", "a number does not fit 53 bits", { seq: [255, 255, 255, 255, 255, 255, 255, 31] }],
  ["a number without end", "byte-reader.ts", "a number does not fit 53 bits", { seq: Array<number>(12).fill(0xff) }],
  ["a time without end", "byte-reader.ts", "a number does not fit 53 bits", { time: Array<number>(12).fill(0xff) }],
  ["a message that is not UTF-8", "byte-reader.ts", "a text is not UTF-8", { message: [1, 0xff] }],
  ["a lone surrogate in a message", "canonical/utf8.ts", "a text is not UTF-8", { message: [3, 0xed, 0xa0, 0x80] }],
  ["sequence number zero", "decode-change.ts", "the sequence number is zero", { seq: [0] }],
  ["a first operation numbered zero", "decode-change.ts", "the first operation counter is zero", { startOp: [0] }],
  ["an actor of no bytes", "decode-change.ts", "an actor id is empty", { actor: [0] }],
  ["the same dependency twice", "decode-change.ts", "the dependencies are not in order", { deps: [2, ...Array<number>(64).fill(7)] }],
  ["actors out of order", "decode-change.ts", "the actors are not in order", { otherActors: [2, 1, 0xcc, 1, 0xbb] }],
  ["the same actor twice", "decode-change.ts", "the actors are not in order", { otherActors: [2, 1, 0xcc, 1, 0xcc] }],
  ["the author among the others", "decode-change.ts", "the author is listed twice", { otherActors: [1, 16, ...Array<number>(16).fill(0xaa)] }],
  ["ninety-nine columns", "column-directory.ts", "there are more columns than a change can have", { columnList: [99] }],
  ["columns out of order", "column-directory.ts", "the columns are not in order", { columnList: [2, 0x42, 0, 0x15, 0] }],
  ["a column twice", "column-directory.ts", "the columns are not in order", { columnList: [2, 0x42, 0, 0x42, 0] }],
  ["a deflated column (261 KB that inflate to 256 MB)", "column-directory.ts", "a column of a change is deflated", { columnList: [1, 0x4a, 0] }],
  ["a column nobody knows", "column-directory.ts", "a column is unknown", { columnList: [1, 0x22, 0] }],
  ["a column longer than the change", "byte-reader.ts", "the bytes end in the middle of something", { columnList: [1, 0x42, 9, 1] }],
  ["a run of nothing", "column-readers.ts", "a run is empty", { columns: { 0x42: [0, 0] } }],
  ["a run of no booleans", "column-readers.ts", "a run is empty", { columns: { 0x34: [1, 0] }, rows: 2 }],
  ["a column that ends before the operations do", "column-readers.ts", "a column ends before the operations do", { rows: 2, columns: { 0x15: [1, 1, 0x6b] } }],
  ["a column that goes on after the last operation", "assemble-ops.ts", "a column goes on after the last operation", { columns: { 0x34: [2] } }],
  ["value bytes that belong to no value", "assemble-ops.ts", "a column goes on after the last operation", { columns: { 0x57: [5, 5] } }],
  ["a counter below zero", "column-readers.ts", "a counter is out of range", { columns: { 0x15: [], 0x13: [1, 0x7f] } }],
  ["a value of a type not invented yet", "value-column.ts", "a value is of an unknown type", { columns: { 0x56: [1, 0x1a] } }],
  ["a null of one byte", "value-column.ts", "a value has the wrong length", { columns: { 0x56: [1, 0x10] } }],
  ["an integer of two bytes where it needs one", "value-column.ts", "a value has the wrong length", { columns: { 0x56: [1, 0x24], 0x57: [5, 5] } }],
  ["a float of one byte", "value-column.ts", "a value has the wrong length", { columns: { 0x56: [1, 0x15] } }],
  ["a value without a type", "value-column.ts", "a value has no type", { columns: { 0x56: [] } }],
  ["a value that is not UTF-8", "value-column.ts", "a text is not UTF-8", { columns: { 0x56: [1, 0x16], 0x57: [0x80] } }],
  ["an increment by a truth", "assemble-ops.ts", "an increment is not an integer", { columns: { 0x42: [1, 5], 0x56: [1, 2], 0x57: [] } }],
  ["a deletion with a value", "assemble-ops.ts", "an operation has a value it has no use for", { columns: { 0x42: [1, 3] } }],
  ["the end of a mark with a value", "assemble-ops.ts", "the end of a mark has a value", { columns: { 0x42: [1, 7] } }],
  ["a value with a mark's name", "assemble-ops.ts", "only a mark has a name", { columns: { 0xa5: [1, 1, 0x6d] } }],
  ["an action nobody knows", "assemble-ops.ts", "an action is unknown", { columns: { 0x42: [1, 8] } }],
  ["no action", "assemble-ops.ts", "an action is unknown", { columns: { 0x42: [0, 1] } }],
  ["an operation in a map and in a list", "assemble-ops.ts", "an operation has two places", { columns: { 0x11: [1, 0], 0x13: [1, 1] } }],
  ["an operation nowhere", "assemble-ops.ts", "an operation id names no actor of the change", { columns: { 0x15: [] } }],
  ["an object made by an actor that is not listed", "assemble-ops.ts", "an operation id names no actor of the change", { columns: { 0x01: [1, 1], 0x02: [1, 1] } }],
  ["an object without a number", "assemble-ops.ts", "an operation id has no counter", { columns: { 0x01: [1, 0] } }],
  ["an operation inside itself", "assemble-ops.ts", "an operation refers to itself or to a later one", { columns: { 0x01: [1, 0], 0x02: [1, 1] } }],
  ["the head of a list overwritten", "assemble-ops.ts", "the head of a list is not an element", { columns: { 0x15: [], 0x13: [1, 0] } }],
  ["a key inserted", "assemble-ops.ts", "a map key is inserted", { columns: { 0x34: [0, 1] } }],
  ["an insertion that overwrites", "assemble-ops.ts", "an insertion overwrites something", { startOp: [9], columns: { 0x15: [], 0x13: [1, 0], 0x34: [0, 1], 0x70: [1, 1], 0x71: [1, 0], 0x73: [1, 1] } }],
  ["the same operation overwritten twice", "assemble-ops.ts", "the overwritten operations are not in order", { startOp: [9], columns: { 0x70: [1, 2], 0x71: [2, 0], 0x73: [0x7e, 2, 0] } }],
  ["an operation that does not say what it overwrites", "assemble-ops.ts", "an operation does not say how many it overwrites", { columns: { 0x70: [] } }],
];

// prettier-ignore
const oversized: readonly (readonly [name: string, where: string, reason: string, parts: RawChange])[] = [
  ["257 dependencies", "decode-change.ts: maxDeps", "there are too many dependencies", { deps: [...uleb(257), ...many(257, Array<number>(32).fill(7))] }],
  ["an actor of 65 bytes", "decode-change.ts: maxActorBytes", "an actor id is too long", { actor: [65, ...Array<number>(65).fill(1)] }],
  ["256 other actors", "decode-change.ts: maxActors", "there are too many actors", { otherActors: [...uleb(256), ...ascendingActors(256)] }],
  ["a message of 257 bytes", "decode-change.ts: maxMessageBytes", "the message is too long", { message: [...uleb(257), ...Array<number>(257).fill(0x61)] }],
  ["a key of 513 bytes", "change-limits.ts: maxKeyBytes", "a text is too long", { columns: { 0x15: [1, ...uleb(513), ...Array<number>(513).fill(0x61)] } }],
  ["a value of 256 KiB and a byte", "value-column.ts: maxValueBytes", "a value is too long", { columns: { 0x56: [1, ...uleb((256 * 1024 + 1) * 16 + 6)], 0x57: Array<number>(256 * 1024 + 1).fill(0x61) } }],
  ["a first operation numbered 2^32 - 1, after which no edit works", "decode-change.ts: maxOpCounter", "the operation counter is too high", { startOp: uleb(2 ** 32 - 1) }],
  ["operations that count beyond the limit", "assemble-ops.ts: maxOpCounter", "the operation counter is too high", { startOp: uleb(2 ** 31), rows: 2 }],
  ["ninety bytes that are five million operations", "column-readers.ts: rows allowed", "a run is longer than a change may be", { columns: { 0x42: [...fiveMillion, 1], 0x15: [...fiveMillion, 1, 0x6b], 0x56: [...fiveMillion, 0], 0x57: [], 0x34: [], 0x70: [...fiveMillion, 0] } }],
  ["five million nulls in a column", "column-readers.ts: rows allowed", "a run is longer than a change may be", { columns: { 0x01: [0, ...fiveMillion] } }],
  ["five million falses in a column", "column-readers.ts: rows allowed", "a run is longer than a change may be", { columns: { 0x34: fiveMillion } }],
  ["65 overwritten operations in one", "assemble-ops.ts: maxPredsPerOp", "too many operations are overwritten", { startOp: [0x80, 0x01], columns: { 0x70: [1, ...uleb(65)], 0x71: [...sleb(65), 0], 0x73: [...sleb(65), 1] } }],
];

/** Signed LEB128 of a positive number. */
function sleb(value: number): readonly number[] {
  return value < 64 ? [value] : [(value & 0x7f) | 0x80, value >> 7];
}

/** A genesis that is all but the right one. */
const genesisCases: readonly HostileCase[] = [
  {
    name: "a genesis with another time",
    attacks: "the container two devices share",
    check: "schema/src/change/genesis.ts: to the last bit",
    expected:
      "refused no-dependencies: it does not build on the record's creation",
    attack: async (house) => {
      const { technician } = house;
      const { replica, pushed: creation } = technician.create(equipment, {
        parentId: house.organizationId,
      });
      await technician.pushAccepted(creation);
      const { actor } = genesisOf(equipment, "useCount");
      return technician.answerTo(
        technician.compose(replica, [{ key: "useCount", set: 0 }], {
          heads: [],
          actor,
          startOp: 1,
        }),
      );
    },
  },
];

export const chunkCases: readonly HostileCase[] = [
  ...chunks,
  ...[...malformed, ...oversized].map(
    ([name, where, reason, parts], at): HostileCase => {
      const code =
        at < malformed.length ? "chunk-malformed" : "chunk-too-large";
      return {
        name,
        attacks: "decoders that take it",
        check: `${source}/${where}`,
        expected: `refused ${code}: ${reason}`,
        attack: pushed(() => rawChange(parts)),
      };
    },
  ),
  ...genesisCases,
];
