import {
  createMemoryStore,
  deviceIdSchema,
  organizationScope,
  recordIdSchema,
  type Store,
} from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  firstSentAt,
  furthestSent,
  noteDelivered,
  readKeyOf,
} from "./deliveries.ts";
import { logTables } from "./log-tables.ts";

const partition = recordIdSchema.parse("2".repeat(25));
const scopeId = organizationScope(partition);
const deviceId = deviceIdSchema.parse("00000000-0000-4000-8000-000000000001");
const everything = readKeyOf(["patient", "equipment"]);
const noPatients = readKeyOf(["equipment"]);
const lastSequence = 12;

const stretchArbitrary = fc
  .record({
    readKey: fc.constantFrom(everything, noPatients),
    fromSequence: fc.nat(lastSequence - 1),
    length: fc.integer({ min: 1, max: lastSequence }),
  })
  .map(({ length, ...rest }) => ({
    ...rest,
    toSequence: Math.min(lastSequence, rest.fromSequence + length),
  }));

test("[EV-1] each row has the time it was first sent with its bytes, whatever stretches were sent in which order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stretchArbitrary, { maxLength: 12 }),
      async (stretches) => {
        const store = createMemoryStore({ tables: logTables });
        /** By type and sequence: when it was first sent. */
        const model = new Map<string, number>();
        for (const [atMs, sent] of stretches.entries()) {
          await note(store, sent, atMs);
          for (const type of sent.readKey.split(","))
            for (let at = sent.fromSequence + 1; at <= sent.toSequence; at += 1)
              if (!model.has(`${type} ${at}`)) model.set(`${type} ${at}`, atMs);
        }
        for (const type of ["patient", "equipment"]) {
          for (let sequence = 1; sequence <= lastSequence; sequence += 1) {
            const sent = await store.read(partition, (tx) =>
              firstSentAt(tx, deviceId, type, [{ scopeId, sequence }]),
            );
            expect(sent).toBe(model.get(`${type} ${sequence}`) ?? null);
          }
        }
        for (const byMs of stretches.keys()) {
          const sent = await store.read(partition, (tx) =>
            furthestSent(tx, deviceId, "patient", scopeId, byMs),
          );
          const wasSent = (sequence: number) =>
            (model.get(`patient ${sequence}`) ?? Infinity) <= byMs;
          let sequence = lastSequence;
          while (sequence > 0 && !wasSent(sequence)) sequence -= 1;
          let fromSequence = sequence;
          while (fromSequence > 0 && wasSent(fromSequence)) fromSequence -= 1;
          const atMs = model.get(`patient ${sequence}`);
          expect(sent).toEqual(
            sequence === 0 ? null : { fromSequence, sequence, atMs },
          );
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("[EV-1] a row without its bytes is not evidence, also where another person on the device could have read it", async () => {
  const store = createMemoryStore({ tables: logTables });
  await note(store, { readKey: noPatients, fromSequence: 0, toSequence: 9 }, 1);
  const sentAs = (type: string) =>
    store.read(partition, (tx) =>
      firstSentAt(tx, deviceId, type, [{ scopeId, sequence: 5 }]),
    );
  expect(await sentAs("equipment")).toBe(1);
  expect(await sentAs("patient")).toBeNull();
  await note(store, { readKey: everything, fromSequence: 0, toSequence: 9 }, 2);
  expect(await sentAs("patient")).toBe(2);
});

function note(
  store: Store,
  sent: {
    readonly readKey: string;
    readonly fromSequence: number;
    readonly toSequence: number;
  },
  atMs: number,
): Promise<void> {
  return store.write(partition, (tx) =>
    noteDelivered(tx, { deviceId, scopeId, ...sent }, atMs),
  );
}
