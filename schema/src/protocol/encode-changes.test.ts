import { Encoder } from "cbor-x";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  refusalCodeSchema,
  waitingCodeSchema,
} from "../codes/verdict-codes.ts";
import { limits } from "../codes/limits.ts";
import { recordIdFromBytes, scopeIdSchema } from "../ids.ts";
import { logRowSchema } from "./changes.ts";
import { encodeChanges, encodeVerdicts } from "./encode-changes.ts";
import { decodeServerFrame, encodeFrame } from "./frame.ts";
import { verdictSchema } from "./push.ts";

const general = new Encoder({
  useRecords: false,
  mapsAsObjects: true,
  tagUint8Array: false,
  variableMapSize: true,
});

const hex = (length: number) =>
  fc
    .uint8Array({ minLength: length / 2, maxLength: length / 2 })
    .map((bytes) =>
      Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    );
const recordId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map(recordIdFromBytes);
const scopeId = recordId.map((id) => scopeIdSchema.parse(`team:${id}`));
const sequence = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const place = fc.record({ scopeId, sequence, chain: hex(64) });
const named = { recordId, hash: hex(64) };
const sentence = fc.string({ unit: "binary", maxLength: 400 });

const rows = fc.array(
  fc
    .record({
      ...named,
      memberId: recordId,
      deviceId: fc.uuid(),
      sequence,
      admittedAtMs: fc.maxSafeInteger(),
      bytes: fc.option(fc.uint8Array({ maxLength: 300 })),
      isReadable: fc.boolean(),
    })
    .map((row) => logRowSchema.parse(row)),
  { maxLength: 30 },
);

const verdicts = fc.array(
  fc
    .oneof(
      fc.record({
        ...named,
        verdict: fc.constantFrom("accepted", "duplicate"),
        places: fc.array(place, { maxLength: 3 }),
      }),
      fc.record({
        ...named,
        verdict: fc.constant("waiting"),
        code: fc.constantFrom(...waitingCodeSchema.options),
        message: sentence,
      }),
      fc.record({
        ...named,
        verdict: fc.constant("refused"),
        code: fc.constantFrom(...refusalCodeSchema.options),
        message: sentence,
        isRetryable: fc.boolean(),
      }),
    )
    .map((verdict) => verdictSchema.parse(verdict)),
  { maxLength: 30 },
);

describe("what is encoded by hand", () => {
  test("[SY-2] a `changes` message is what a general encoder writes, byte for byte, and survives its frame", () => {
    fc.assert(
      fc.property(
        scopeId,
        rows,
        fc.record({
          epoch: hex(32),
          sequence: fc.nat(),
          chain: hex(64),
        }),
        fc.boolean(),
        (scope, sent, cursor, hasMore) => {
          const message = {
            type: "changes" as const,
            scopeId: scope,
            rows: sent,
            cursor,
            hasMore,
          };
          expect(Uint8Array.from(encodeChanges(message))).toEqual(
            Uint8Array.from(general.encode(message)),
          );
          expect(decodeServerFrame(encodeFrame(message))).toEqual({
            ok: true,
            value: message,
          });
        },
      ),
    );
  });

  test("[SY-2] so is a `verdicts` message, whatever its sentences hold", () => {
    fc.assert(
      fc.property(fc.option(fc.nat()), verdicts, (pushId, given) => {
        const message = {
          type: "verdicts" as const,
          pushId,
          verdicts: given,
        };
        expect(Uint8Array.from(encodeVerdicts(message))).toEqual(
          Uint8Array.from(general.encode(message)),
        );
      }),
    );
  });

  test("[SY-2] as many and as long as a page holds", () => {
    const [row] = fc.sample(rows, 50).flat();
    if (row === undefined) throw new Error("no row");
    const bytes = new Uint8Array(70_000).fill(7);
    const many = Array.from({ length: limits.maxPageChanges }, () => row);
    const message = {
      type: "changes" as const,
      scopeId: fc.sample(scopeId, 1)[0] ?? scopeIdSchema.parse(""),
      rows: [{ ...row, bytes }, ...many],
      cursor: { epoch: "0".repeat(32), sequence: 9, chain: "0".repeat(64) },
      hasMore: true,
    };
    expect(Uint8Array.from(encodeChanges(message))).toEqual(
      Uint8Array.from(general.encode(message)),
    );
  });
});
