import { deflateRawSync } from "node:zlib";
import * as A from "@automerge/automerge";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "../canonical/sha256.ts";
import { defaultChangeLimits } from "./change-limits.ts";
import { readChunkHeader } from "./chunk-header.ts";
import { type DecodedChange, decodeChange } from "./decode-change.ts";

test("[CH-12] decodes what Automerge writes as Automerge decodes it: three replicas, every kind of operation", () => {
  let changeCount = 0;
  const actionsSeen = new Set<string>();
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 20, max: 60 }),
      (seed, steps) => {
        for (const change of A.getAllChanges(randomDocument(seed, steps))) {
          const ours = decoded(change);
          expect(asAutomergeHasIt(ours)).toEqual(A.decodeChange(change));
          expect(ours.byteLength).toBe(change.length);
          changeCount += 1;
          for (const op of ours.ops)
            actionsSeen.add(`${op.action} ${op.datatype ?? ""}`.trim());
        }
      },
    ),
    { numRuns: 80 },
  );
  expect(changeCount).toBeGreaterThan(1000);
  for (const action of [
    "set",
    "set int",
    "set uint",
    "set float64",
    "set timestamp",
    "set counter",
    "set bytes",
    "del",
    "inc",
    "makeMap",
    "makeList",
    "makeText",
    "markBegin",
    "markEnd",
  ]) {
    expect(actionsSeen).toContain(action);
  }
});

test("[CH-12] decodes what encodeChange writes", () => {
  const opIds = fc
    .uniqueArray(
      fc.tuple(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("aa", "bb01", "cc"),
      ),
      {
        selector: ([counter, actor]) => `${counter}@${actor}`,
        maxLength: 5,
      },
    )
    .map((ids) => ids.map(([counter, actor]) => `${counter}@${actor}`));
  const op = fc.oneof(
    fc.record({
      action: fc.constant("set"),
      obj: fc.constantFrom("_root", "4@bb01"),
      key: fc.string({ unit: "grapheme", maxLength: 30 }),
      value: fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.boolean(),
        fc.constant(null),
      ),
      pred: opIds,
    }),
    fc.record({
      action: fc.constant("set"),
      obj: fc.constant("3@cc"),
      elemId: fc.constantFrom("1@aa", "9@bb01"),
      datatype: fc.constantFrom("int", "timestamp", "counter"),
      value: fc.maxSafeInteger(),
      pred: opIds,
    }),
    fc.record({
      action: fc.constantFrom("del", "makeTable", "makeMap"),
      obj: fc.constant("_root"),
      key: fc.string(),
      pred: opIds,
    }),
  );
  const change = fc.record({
    actor: fc.constantFrom("aa", "bb01", "ee".repeat(64)),
    seq: fc.integer({ min: 1, max: 1e9 }),
    startOp: fc.integer({ min: 10, max: 1e9 }),
    time: fc.maxSafeInteger(),
    message: fc.option(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
    ),
    deps: fc.uniqueArray(
      fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((b) => Buffer.from(b).toString("hex")),
      { maxLength: 4 },
    ),
    ops: fc.array(op, { maxLength: 30 }),
  });
  fc.assert(
    fc.property(change, (input) => {
      const bytes = A.encodeChange(
        input as unknown as Parameters<typeof A.encodeChange>[0],
      );
      expect(asAutomergeHasIt(decoded(bytes))).toEqual(A.decodeChange(bytes));
    }),
    { numRuns: 1000 },
  );
});

test("[CH-5] every single-bit flip is refused, or changes nothing that is read", () => {
  for (const bytes of A.getAllChanges(randomDocument(7, 25))) {
    const original = decoded(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const result = decodeChange(
        withBitFlipped(bytes, bit),
        defaultChangeLimits,
      );
      if (result.ok) expect(result.value).toEqual(original);
    }
  }
});

test("[CH-5] no bytes make it throw, with a right checksum or a wrong one", () => {
  const changes = A.getAllChanges(randomDocument(5, 30)).flatMap((change) => [
    change,
    deflated(change),
  ]);
  const replacements = fc.array(fc.tuple(fc.nat(), fc.nat(255)), {
    minLength: 1,
    maxLength: 4,
  });
  const candidate = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // A good change with a few bytes of its body replaced gets further than noise does.
    fc
      .tuple(fc.constantFrom(...changes), replacements)
      .map(([change, bytes]) => {
        const { bodyStart, bodyEnd } = readChunkHeader(change, 0);
        const damaged = change.slice();
        for (const [at, byte] of bytes)
          damaged[bodyStart + (at % (bodyEnd - bodyStart))] = byte;
        return damaged;
      }),
  );
  fc.assert(
    fc.property(candidate, fc.boolean(), (bytes, hasRightChecksum) => {
      if (hasRightChecksum && bytes.length > 8)
        bytes.set(sha256(bytes.subarray(8)).subarray(0, 4), 4);
      const result = decodeChange(bytes, defaultChangeLimits);
      if (!result.ok) expect(result.error.reason).toMatch(/^[a-z0-9 ;,'-]+$/i);
    }),
    { numRuns: 20_000 },
  );
});

test("[CH-7] a change decodes alike plain and deflated, and no flipped bit of the latter passes for something else", () => {
  for (const plain of A.getAllChanges(randomDocument(17, 12))) {
    const bytes = deflated(plain);
    const original = decoded(bytes);
    expect(original).toEqual({ ...decoded(plain), byteLength: bytes.length });
    expect(asAutomergeHasIt(original)).toEqual(A.decodeChange(bytes));
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const result = decodeChange(
        withBitFlipped(bytes, bit),
        defaultChangeLimits,
      );
      if (result.ok) expect(result.value).toEqual(original);
    }
  }
});

test("[CH-7] a deflated change is refused when its plain form is too long", () => {
  const doc = A.change(
    A.init<Record<string, unknown>>({ actor: "aa".repeat(16) }),
    (draft) => {
      draft["note"] = new A.ImmutableString("stable, ".repeat(500));
    },
  );
  const bytes = deflated(A.getLastLocalChange(doc) ?? new Uint8Array(0));
  expect(bytes.length).toBeLessThan(200);
  expect(decoded(bytes).hash).toBe(A.getHeads(doc)[0]);
  expect(
    decodeChange(bytes, { ...defaultChangeLimits, maxInflatedBytes: 4000 }),
  ).toEqual({
    ok: false,
    error: {
      code: "chunk-too-large",
      reason: "the inflated change is too long",
    },
  });
});

function decoded(bytes: Uint8Array): DecodedChange {
  const result = decodeChange(bytes, defaultChangeLimits);
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
}

/** Automerge gives bytes as an array of numbers, without datatype. */
function asAutomergeHasIt({
  byteLength: _byteLength,
  ...change
}: DecodedChange) {
  const ops = change.ops.map((op) => {
    if (!(op.value instanceof Uint8Array)) return op;
    const { datatype: _datatype, value, ...rest } = op;
    return { ...rest, value: [...value] };
  });
  return { ...change, ops };
}

function withBitFlipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, index) =>
    index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
  );
}

/** The same change as older versions of Automerge store a long one: body deflated, checksum kept. */
function deflated(plain: Uint8Array): Uint8Array {
  const { bodyStart, checksum } = readChunkHeader(plain, 0);
  const body = deflateRawSync(plain.subarray(bodyStart));
  const length =
    body.length < 128
      ? [body.length]
      : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Uint8Array.from([
    ...plain.subarray(0, 4),
    ...checksum,
    2,
    ...length,
    ...body,
  ]);
}

type Draft = Record<string, unknown>;

/**
 * A document three replicas wrote: every kind of operation, conflicts, deletes, merges, marks, text in several scripts.
 * The same seed gives the same document.
 */
function randomDocument(seed: number, steps: number): A.Doc<Draft> {
  const random = generator(seed);
  const below = (count: number) => Math.floor(random() * count);
  const replica = (index: number) =>
    A.init<Draft>({ actor: `a${index}`.repeat(16) });
  let origin = A.change(replica(0), { time: 0 }, (draft) => {
    draft["text"] = "five milligrams";
    draft["list"] = [1, "two", null];
    draft["map"] = { inner: { deep: true } };
    draft["count"] = new A.Counter(below(10));
  });
  origin = A.change(origin, { time: 1 }, (draft) => edit(draft, below));
  const replicas = [
    origin,
    A.merge(replica(1), origin),
    A.merge(replica(2), origin),
  ];

  for (let step = 0; step < steps; step += 1) {
    const index = below(replicas.length);
    const own = replicas[index];
    const other = replicas[below(replicas.length)];
    if (own === undefined || other === undefined) continue;
    const roll = random();
    replicas[index] =
      roll < 0.2
        ? A.merge(own, A.clone(other))
        : roll < 0.25
          ? A.emptyChange(own, { time: -step, message: "nothing" })
          : A.change(
              own,
              { time: step * 1000, message: ["", "naïve 药"][below(2)] ?? "" },
              (draft) => {
                for (let count = 1 + below(4); count > 0; count -= 1)
                  edit(draft, below);
              },
            );
  }
  return replicas.reduce((merged, doc) => A.merge(merged, A.clone(doc)));
}

const values: readonly ((below: (count: number) => number) => unknown)[] = [
  (below) => below(300) - 150,
  (below) => (below(2) === 0 ? 1 : -1) * below(2 ** 31) * (1 + below(2 ** 21)),
  (below) => new A.Uint(below(2 ** 30)),
  (below) => below(1000) / 7,
  () => Number.POSITIVE_INFINITY,
  (below) => new Date(below(2 ** 31) * 1000),
  () => new A.Counter(3),
  (below) => Uint8Array.from({ length: below(40) }, () => below(256)),
  (below) =>
    new A.ImmutableString(
      ["", "5 mg", "שלום", "😀\u{10FFFF}", "\uFEFFmark"][below(5)] ?? "",
    ),
  (below) => new A.ImmutableString(`${below(10)}`.repeat(below(2000))),
  () => true,
  () => false,
  () => null,
  (below) => ({ nested: below(5), list: [below(3)] }),
];

function edit(draft: Draft, below: (count: number) => number): void {
  const value = values[below(values.length)]?.(below);
  const key = ["a", "é", "notes/1", "list of 药"][below(4)] ?? "a";
  const text = draft["text"];
  const list = draft["list"];
  const count = draft["count"];
  switch (below(8)) {
    case 0:
      delete draft[key];
      break;
    case 1:
      if (count instanceof A.Counter) count.increment(below(9) - 4);
      break;
    case 2:
      if (Array.isArray(list))
        list.splice(below(list.length + 1), below(2), value);
      break;
    case 3:
      if (Array.isArray(list) && list.length > 0)
        list[below(list.length)] = value;
      break;
    case 4:
      if (typeof text === "string" && text.length > 3) {
        A.splice(
          draft,
          ["text"],
          below(3),
          below(3),
          ["", "x", "né😀"][below(3)],
        );
      }
      break;
    case 5:
      if (typeof text === "string" && text.length > 3) {
        const range = {
          start: below(2),
          end: 3,
          expand: (["both", "none"] as const)[below(2)] ?? "none",
        };
        if (below(3) === 0) A.unmark(draft, ["text"], range, "bold");
        else
          A.mark(
            draft,
            ["text"],
            range,
            "bold",
            ([true, "red", 7] as const)[below(3)] ?? null,
          );
      }
      break;
    default:
      draft[key] = value;
  }
}

/** mulberry32: small, and good enough to choose edits. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
