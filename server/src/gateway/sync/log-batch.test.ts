import {
  bytesToHex,
  decodeServerFrame,
  deviceIdSchema,
  encodeFrame,
  limits,
  logRowSchema,
  portableCompression,
  type FrameCompression,
  scopeIdSchema,
} from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestRandom } from "../../identity/identity-world.ts";
import type { ScopeAccess } from "./access.ts";
import { LogBatch } from "./log-batch.ts";
import { nodeCompression } from "./node-compression.ts";
import type { BatchRow } from "./row-piece.ts";

const random = createTestRandom("log-batch");
const scopeId = scopeIdSchema.parse("team:4NMNnkMhL8jXrdJ9jamS58PAVdXu");
const owner = scopeId.slice("team:".length);
const deviceIds = [1, 2, 3, 4].map((digit) =>
  deviceIdSchema.parse(`00000000-0000-4000-8000-00000000000${digit}`),
);
const digest = () => bytesToHex(random.bytes(32));
const first = 7;

const readers: readonly (readonly string[])[] = [
  ["appointment", "service-job"],
  ["appointment"],
  [],
];

function accessTo(types: readonly string[]): ScopeAccess {
  const readable = new Set(types);
  return {
    scopeId,
    organizationId: logRowSchema.shape.recordId.parse(owner),
    memberId: logRowSchema.shape.recordId.parse(owner),
    end: { epoch: "0".repeat(32), sequence: 0, chain: digest() },
    readKey: types.join(),
    rightsKey: "",
    mayRead: (type) => readable.has(type),
  };
}

/** Rows by these devices in turns, of changes this long. */
function batchOf(
  turns: readonly {
    readonly author: number;
    readonly count: number;
    readonly byteCount: number;
    readonly isJob: boolean;
  }[],
) {
  const rows: BatchRow[] = [];
  for (const { author, count, byteCount, isJob } of turns)
    for (let index = 0; index < count; index += 1)
      rows.push({
        recordType: isJob ? "service-job" : "appointment",
        ...logRowSchema.parse({
          recordId: owner,
          hash: digest(),
          memberId: owner,
          deviceId: deviceIds[author],
          sequence: first + rows.length,
          admittedAtMs: 1_800_000_000_000 + rows.length,
          bytes: random.bytes(byteCount),
          isReadable: true,
        }),
      });
  const sequence = first + rows.length - 1;
  const cursor = { epoch: "0".repeat(32), sequence, chain: digest() };
  return { rows, cursor, batch: new LogBatch(scopeId, cursor, rows) };
}

test("[SY-5] whoever is sent a batch gets what is theirs to read, from where they stand, however its frame was put together", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          author: fc.nat({ max: 3 }),
          count: fc.integer({ min: 1, max: 25 }),
          byteCount: fc.constantFrom(40, 200, 3_000),
          isJob: fc.boolean(),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      fc.nat({ max: 30 }),
      (turns, ahead) => {
        const { rows, cursor, batch } = batchOf(turns);
        const behind = first - 1 + Math.min(ahead, rows.length - 1);
        const reachable = [first - 1, behind];
        for (const types of readers)
          for (const deviceId of deviceIds)
            for (const position of reachable) {
              const access = accessTo(types);
              const frame = batch.frameFor(access, deviceId, position);
              const expected = rows
                .filter(({ sequence }) => sequence > position)
                .map((held) => asSentTo(held, access, deviceId));
              expect(rowsIn(frame, nodeCompression)).toBe(
                JSON.stringify({ cursor, rows: expected }),
              );
            }
      },
    ),
    { numRuns: 10 },
  );
});

test("[SY-5] a batch as large as they come is put together from pieces that are no larger in sum", () => {
  const { rows, cursor, batch } = batchOf(
    Array.from({ length: 25 }, (_, turn) => ({
      author: turn % 4,
      count: limits.maxPageChanges / 25,
      byteCount: 250,
      isJob: false,
    })),
  );
  const access = accessTo(["appointment"]);
  const [deviceId] = deviceIds;
  if (deviceId === undefined) throw new Error("no device");
  const frame = batch.frameFor(access, deviceId, first - 1);
  const expected = rows.map((held) => asSentTo(held, access, deviceId));
  const text = JSON.stringify({ cursor, rows: expected });
  expect(rowsIn(frame, nodeCompression)).toBe(text);
  expect(rowsIn(frame, portableCompression)).toBe(text);
  const whole = encodeFrame(
    {
      type: "changes",
      scopeId,
      rows: rows.map((row) => ({
        ...row,
        isReadable: true,
        bytes: row.deviceId === deviceId ? null : row.bytes,
      })),
      cursor,
      hasMore: false,
    },
    nodeCompression,
  );
  expect(frame.length).toBeLessThan(whole.length * 1.1);
});

function asSentTo(
  { recordType, ...row }: BatchRow,
  { mayRead }: ScopeAccess,
  deviceId: string,
): unknown {
  const isReadable = mayRead(recordType);
  const isSent = isReadable && row.deviceId !== deviceId;
  const bytes = isSent && row.bytes !== null ? bytesToHex(row.bytes) : null;
  return { ...row, isReadable, bytes };
}

function rowsIn(frame: Uint8Array, compression: FrameCompression): string {
  const decoded = decodeServerFrame(frame, compression);
  if (!decoded.ok || decoded.value.type !== "changes")
    throw new Error("no changes");
  const { cursor, rows } = decoded.value;
  return JSON.stringify({
    cursor,
    rows: rows.map((row) => ({
      ...row,
      bytes: row.bytes && bytesToHex(row.bytes),
    })),
  });
}
