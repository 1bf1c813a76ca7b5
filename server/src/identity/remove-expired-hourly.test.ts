/* oxlint-disable house/one-way-imports -- The timers set by hand are the gateway's. */
import { expect, test } from "vitest";
import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import { silentLog } from "../system-log.ts";
import { removeExpiredHourly } from "./remove-expired-hourly.ts";

test("[ID-28] what has expired is removed every hour, also after it could not be, until the server stops", async () => {
  const timers = new HandTimers();
  const errors: string[] = [];
  let calls = 0;
  const cleaning = removeExpiredHourly({
    identity: {
      async removeExpired() {
        calls += 1;
        if (calls === 1) throw new Error("the disk is full");
        return 0;
      },
    },
    timers,
    log: { ...silentLog, error: (event) => void errors.push(event) },
  });
  timers.advance(2 * 3_600_000);
  await Promise.resolve();
  expect([calls, errors]).toEqual([2, ["identity.uncleaned"]]);
  cleaning.stop();
  timers.advance(2 * 3_600_000);
  expect(calls).toBe(2);
});
