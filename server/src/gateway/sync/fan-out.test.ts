import {
  changeHashSchema,
  createMemoryStore,
  deviceIdSchema,
  recordIdFromBytes,
  teamScope,
} from "@suture/schema";
import { expect, test } from "vitest";

import { createTestRandom } from "../../identity/identity-world.ts";
import { LogAppender, type AppendedRange } from "../../log/append-to-log.ts";
import { changeBytesTable } from "../../log/log-tables.ts";
import { serverTables } from "../../server-tables.ts";
import { FanOut } from "./fan-out.ts";
import type { LogBatch } from "./log-batch.ts";

const organizationId = recordIdFromBytes(new Uint8Array(16).fill(1));
const recordId = recordIdFromBytes(new Uint8Array(16).fill(2));
const scopeId = teamScope(recordId);
const deviceId = deviceIdSchema.parse("00000000-0000-4000-8000-000000000001");

/** A log to append to, and one session that is live in it. */
function createScene() {
  const store = createMemoryStore({ tables: serverTables });
  const random = createTestRandom("fan-out");
  const offered: (readonly [from: number, to: number])[] = [];
  const problems: string[] = [];
  let readCount = 0;
  const live = {
    offer: ({ fromSequence, cursor }: LogBatch) =>
      void offered.push([fromSequence + 1, cursor.sequence]),
    fallBehind: () => void problems.push("fell behind"),
  };
  const fanOut = new FanOut({
    store: {
      read: (partition, work) => {
        readCount += 1;
        return store.read(partition, work);
      },
    },
    hub: { ofScope: () => new Set([{ live }]) },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (event) => void problems.push(event),
    },
  });
  const append = (count: number, { areBytesAtHand = true } = {}) =>
    store.write(organizationId, async (tx) => {
      const log = new LogAppender(tx, random);
      for (let number = 0; number < count; number += 1) {
        const hash = changeHashSchema.parse(
          Buffer.from(random.bytes(32)).toString("hex"),
        );
        const bytes = random.bytes(8);
        await tx.put(changeBytesTable, [recordId, hash], bytes);
        const row = {
          recordId,
          recordType: "equipment",
          hash,
          memberId: recordId,
          deviceId,
          admittedAtMs: 0,
        };
        await log.append(scopeId, row, areBytesAtHand ? bytes : null);
      }
      return log.flush();
    });
  return {
    append,
    offered,
    problems,
    readCount: () => readCount,
    async announce(...ranges: readonly AppendedRange[]) {
      fanOut.announce(ranges.map((range) => ({ ...range, organizationId })));
      await fanOut.settle();
    },
  };
}

test("[SY-5] what was just appended is forwarded without being read, that of one moment together", async () => {
  const { append, announce, offered, problems, readCount } = createScene();
  await announce(...(await append(3)));
  await announce(...(await append(2)), ...(await append(1)));
  expect(offered).toEqual([
    [1, 3],
    [4, 6],
  ]);
  expect(problems).toEqual([]);
  expect(readCount()).toBe(0);
});

test("[SY-5] what was announced in another order, or without its bytes, is read, and each row forwarded once", async () => {
  const { append, announce, offered, problems, readCount } = createScene();
  await announce(...(await append(1)));
  const [second, third] = [await append(2), await append(2)];
  await announce(...third, ...second);
  await announce(...(await append(1, { areBytesAtHand: false })));
  await announce(...(await append(1)));
  expect(offered).toEqual([
    [1, 1],
    [2, 5],
    [6, 6],
    [7, 7],
  ]);
  expect(problems).toEqual([]);
  expect(readCount()).toBe(2);
});

test("[SY-5] more than a message holds is forwarded in messages", async () => {
  const { append, announce, offered, readCount } = createScene();
  await announce(...(await append(1_200)));
  expect(offered).toEqual([
    [1, 500],
    [501, 1_000],
    [1_001, 1_200],
  ]);
  expect(readCount()).toBe(0);
});

test("[SY-5] more than is held in memory is read", async () => {
  const { append, announce, offered, readCount } = createScene();
  await announce(...(await append(4_200)));
  expect(offered.at(-1)).toEqual([4_001, 4_200]);
  expect(readCount()).toBe(9);
});
