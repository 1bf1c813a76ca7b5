import {
  createMemoryStore,
  organizationScope,
  recordIdSchema,
} from "@suture/schema";
import { expect, test } from "vitest";
import { serverTables } from "../../server-tables.ts";
import { failingWrites } from "../../store/failing-writes.test-support.ts";
import { silentLog } from "../../system-log.ts";
import { HandTimers } from "../sync/hand-timers.test-support.ts";
import { createReadRecorder } from "./read-recorder.ts";

test.each([1, 2])(
  "[AU-6] reads that could not be written down are tried once more, and then given up: where the store fails %i times",
  async (failureCount) => {
    const store = createMemoryStore({ tables: serverTables });
    const lost: unknown[] = [];
    let notedCount = 0;
    const organizationId = recordIdSchema.parse("4NMNnkMhL8jXrdJ9jamS58PAVdXu");
    const recorder = createReadRecorder({
      store: failingWrites(store, failureCount),
      clock: { now: () => 5 },
      timers: new HandTimers(),
      log: { ...silentLog, error: (event) => lost.push(event) },
      checkpoints: { noteAppended: () => (notedCount += 1) },
    });
    recorder.note({
      organizationId,
      scopeId: organizationScope(organizationId),
      memberId: organizationId,
      what: "record",
      recordId: organizationId,
    });
    await recorder.flush();
    expect(notedCount).toBe(failureCount === 1 ? 1 : 0);
    expect(lost).toEqual(failureCount === 1 ? [] : ["audit.reads-lost"]);
  },
);
