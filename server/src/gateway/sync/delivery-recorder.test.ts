import {
  createMemoryStore,
  deviceIdSchema,
  organizationScope,
  recordIdSchema,
} from "@suture/schema";
import { expect, test } from "vitest";
import { readKeyOf } from "../../log/deliveries.ts";
import { deliveriesTable, logTables } from "../../log/log-tables.ts";
import { failingWrites } from "../../store/failing-writes.test-support.ts";
import { silentLog } from "../../system-log.ts";
import { DeliveryRecorder, type SentAt } from "./delivery-recorder.ts";
import { HandTimers } from "./hand-timers.test-support.ts";

const organizationId = recordIdSchema.parse("4NMNnkMhL8jXrdJ9jamS58PAVdXu");
const [mine, theirs] = [1, 2].map((number) =>
  deviceIdSchema.parse(`00000000-0000-4000-8000-00000000000${number}`),
);

test("[EV-1] [AU-6] before a push all that its device was sent is evidence, and the chain of reads is told once, in its time", async () => {
  if (mine === undefined || theirs === undefined) throw new Error("no device");
  const store = createMemoryStore({ tables: logTables });
  const timers = new HandTimers();
  const told: (readonly SentAt[])[] = [];
  const recorder = new DeliveryRecorder({
    store,
    clock: { now: () => 5 },
    timers,
    log: silentLog,
    flushMs: 1_000,
    alsoNote: (_tx, sent) => {
      told.push(sent);
      return Promise.resolve();
    },
  });
  const evidence = async () => {
    // As admission is: behind what was submitted before it.
    const rows = await store.write(organizationId, (tx) =>
      tx.scan(deliveriesTable),
    );
    return rows.map(({ key }) => [key[0], key[3]]);
  };
  const note = (deviceId: typeof mine, fromSequence: number) =>
    recorder.note({
      organizationId,
      memberId: organizationId,
      deviceId,
      scopeId: organizationScope(organizationId),
      readKey: readKeyOf(["patient"]),
      fromSequence,
      toSequence: fromSequence + 1,
    });

  for (const sequence of [0, 1, 2]) {
    note(mine, sequence);
    note(theirs, sequence);
    recorder.submit(mine);
    expect(await evidence()).toEqual(
      Array.from({ length: sequence + 1 }, (_, at) => [mine, at + 1]),
    );
  }
  expect(told).toEqual([]);

  timers.advance(1_000);
  expect(await evidence()).toEqual([
    [mine, 1],
    [mine, 2],
    [mine, 3],
    [theirs, 3],
  ]);
  const stretch = { fromSequence: 0, toSequence: 3 };
  expect(told).toMatchObject([
    [
      { deviceId: mine, ...stretch },
      { deviceId: theirs, ...stretch },
    ],
  ]);
  await recorder.flush();
  expect(told).toHaveLength(1);
});

test.each([1, 2])(
  "[SY-12] what could not be written down is tried once more, and then given up: where the store fails %i times",
  async (failureCount) => {
    if (mine === undefined) throw new Error("no device");
    const store = createMemoryStore({ tables: logTables });
    const lost: unknown[] = [];
    const recorder = new DeliveryRecorder({
      store: failingWrites(store, failureCount),
      clock: { now: () => 5 },
      timers: new HandTimers(),
      log: { ...silentLog, error: (event) => lost.push(event) },
      flushMs: 1_000,
    });
    recorder.note({
      organizationId,
      memberId: organizationId,
      deviceId: mine,
      scopeId: organizationScope(organizationId),
      readKey: readKeyOf(["patient"]),
      fromSequence: 0,
      toSequence: 1,
    });
    await recorder.flush();
    const rows = await store.read(organizationId, (tx) =>
      tx.scan(deliveriesTable),
    );
    expect(rows).toHaveLength(failureCount === 1 ? 1 : 0);
    expect(lost).toEqual(failureCount === 1 ? [] : ["deliveries.lost"]);
  },
);
