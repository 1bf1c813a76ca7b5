import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

import { EventLoopTurns } from "./event-loop-turns.ts";
import { newDataDir, running, tidyUp } from "./running-server.test-support.ts";
import { systemDefer, systemTurns } from "./system-runtime.ts";

afterEach(tidyUp);

/** Connects so many times at once from a process of its own, and goes once each connection stands: nobody has to have taken it. */
const connecting = `
  const [port, count] = process.argv.slice(1).map(Number);
  let left = count;
  for (let made = 0; made < count; made += 1)
    require("node:net").connect(port, "127.0.0.1", () => (left -= 1) || process.exit());
`;

/** More than Node lets wait by itself, 511, where the system does. */
function countThatMayWait(): number {
  const file = "/proc/sys/net/core/somaxconn";
  const most = existsSync(file) ? Number(readFileSync(file, "utf8")) : 128;
  return Math.min(600, most - 28);
}

test("[SY-33] devices that come at once while a server works find room, and are let in before work that was put off goes on", async () => {
  const count = countThatMayWait();
  const { url } = await running(newDataDir(), { SUTURE_SAMPLE: "off" });
  const taken = vi.spyOn(systemTurns, "noteConnection");
  // This process stands still meanwhile, as one that works does.
  const come = spawnSync(
    process.execPath,
    ["-e", connecting, new URL(url).port, String(count)],
    { timeout: 20_000 },
  );
  expect(come.status).toBe(0);
  let pieceCount = 0;
  await new Promise<void>((resolve) => {
    const work = () => {
      pieceCount += 1;
      if (taken.mock.calls.length >= count) resolve();
      else systemDefer(work);
    };
    systemDefer(work);
  });
  // One for each hundred, and those around them. With each piece in the next turn there are 600.
  expect(pieceCount).toBeLessThan(20);
  taken.mockRestore();
});

test("[SY-33] whoever does nothing but connect does not keep work from going on", async () => {
  const turns = new EventLoopTurns(setImmediate);
  let isDone = false;
  turns.defer(() => {
    isDone = true;
  });
  let turnCount = 0;
  while (!isDone && turnCount < 1_000) {
    turns.noteConnection();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    turnCount += 1;
  }
  expect(turnCount).toBeGreaterThan(50);
  expect(turnCount).toBeLessThan(1_000);
});

test("what was put off is done in its order, and one that throws takes no other with it", async () => {
  const turns = new EventLoopTurns(setImmediate);
  const done: number[] = [];
  const thrown: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.once("uncaughtException", (cause) => thrown.push(cause));
  try {
    turns.defer(() => done.push(1));
    turns.defer(() => {
      throw new Error("second");
    });
    await new Promise<void>((resolve) => {
      turns.defer(() => {
        done.push(3);
        resolve();
      });
    });
  } finally {
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
  expect(done).toEqual([1, 3]);
  expect(thrown).toMatchObject([{ message: "second" }]);
});
