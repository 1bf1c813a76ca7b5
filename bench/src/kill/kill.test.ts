/** `npm run kill` as anybody runs it, with few rounds: built, with real processes. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { isSound, type KillReport } from "./report.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** It takes a fraction of that on two idle cores; other tests are running beside it. */
const patienceMs = 900_000;

const readingSchema = z.object({ told: z.int(), toldTooEarly: z.int() });
const reportSchema = z.object({
  server: z.object({
    rounds: z.int(),
    killedAt: z.record(z.string(), z.int()),
    acknowledged: z.int(),
    failures: z.array(z.string()),
  }),
  device: z.object({
    kills: z.int(),
    saved: z.int(),
    failures: z.array(z.string()),
  }),
  disk: z.union([
    z.object({ missing: z.string() }),
    z.object({
      missing: z.null(),
      held: z.array(z.string()),
      broken: z.array(z.string()),
    }),
  ]),
  order: z.union([
    z.object({ missing: z.string() }),
    z.object({
      missing: z.null(),
      server: readingSchema,
      device: readingSchema,
    }),
  ]),
});

interface Run {
  readonly exitCode: number;
  readonly output: string;
  /** What it saw, for whoever reads why it failed. */
  readonly seen: string;
}

function runKill(...options: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const kill = execFile(
      process.execPath,
      [".ci/launch.mjs", "bench/dist/kill/main.js", ...options],
      { cwd: root, maxBuffer: 16 * 1024 * 1024 },
      (_error, output, seen) =>
        resolve({ exitCode: kill.exitCode ?? -1, output, seen }),
    );
  });
}

describe("twelve rounds, every hundredth call, small disks and a trace", () => {
  let run: Run;
  let report: z.infer<typeof reportSchema>;

  beforeAll(async () => {
    run = await runKill("--rounds", "12", "--every", "100", "--json");
    report = reportSchema.parse(
      JSON.parse(run.output.trimEnd().split("\n").at(-1) ?? "{}"),
    );
  }, patienceMs);

  test("[WO-60] a server killed at any point holds what it had acknowledged, and proves it", () => {
    expect(report.server, run.seen).toMatchObject({
      rounds: 12,
      killedAt: {
        "any-moment": 2,
        "while-starting": 2,
        "before-commit": 2,
        "after-commit": 2,
        "before-verdict": 2,
        "after-verdict": 2,
      },
      failures: [],
    });
  });

  test("[WO-61] everybody goes on, and in the end holds the same", () => {
    expect(report.server.failures, run.seen).toEqual([]);
    expect(report.server.acknowledged).toBeGreaterThan(0);
  });

  test("[WO-62] a device killed at any call holds what its person was told, and syncs on", () => {
    expect(report.device.failures, run.seen).toEqual([]);
    expect(report.device.kills).toBeGreaterThan(2);
    expect(report.device.saved).toBeGreaterThan(0);
  });

  test("[WO-63, WO-64] full disks are told, nothing is acknowledged or lost, and both go on once there is space", (context) => {
    const { disk } = report;
    if (disk.missing !== null) return context.skip(`missing: ${disk.missing}`);
    expect(disk.broken, run.seen).toEqual([]);
    expect(disk.held.length).toBeGreaterThan(10);
  });

  test("[WO-65] flushing comes before telling", (context) => {
    const { order } = report;
    if (order.missing !== null)
      return context.skip(`missing: ${order.missing}`);
    expect(order, run.seen).toMatchObject({
      server: { toldTooEarly: 0 },
      device: { toldTooEarly: 0 },
    });
    expect(order.server.told).toBeGreaterThan(2);
    expect(order.device.told).toBeGreaterThan(5);
  });

  test("[WO-66] it ends with the report, and with exit code 0 if everything held", () => {
    expect(run.exitCode, run.seen).toBe(0);
  });
});

test.each([
  [["--rounds", "many"]],
  [["--rounds", "0"]],
  [["--only", "nothing"]],
  [["--help"]],
])(
  "[WO-66] options that are none are told in one sentence, with exit code 2: %j",
  async (options) => {
    const { exitCode, output, seen } = await runKill(...options);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
    expect(seen).not.toContain("    at ");
  },
  patienceMs,
);

describe("the verdict on a report", () => {
  const killedAt = {
    "any-moment": 1,
    "while-starting": 1,
    "before-commit": 1,
    "after-commit": 1,
    "before-verdict": 1,
    "after-verdict": 1,
  };
  const server = {
    rounds: 6,
    killedAt,
    saved: 9,
    acknowledged: 9,
    failures: [],
    seconds: 1,
  };
  const device = { calls: 9, kills: 9, saved: 9, failures: [], seconds: 1 };
  const disk = { missing: null, held: ["so"], broken: [], recoveredMs: 1 };
  const inOrder = { told: 1, toldTooEarly: 0 };
  const order = { missing: null, server: inOrder, device: inOrder };

  test("[WO-66] what held is sound, and so is what could not be tried here", () => {
    expect(isSound({ server, device, disk, order })).toBe(true);
    const missing = "it";
    expect(isSound({ disk: { missing }, order: { missing } })).toBe(true);
  });

  test.each<[string, KillReport]>([
    ["something failed", { server: { ...server, failures: ["so"] } }],
    ["nothing was acknowledged", { server: { ...server, acknowledged: 0 } }],
    [
      "a point was never met",
      { server: { ...server, killedAt: { ...killedAt, "after-commit": 0 } } },
    ],
    ["a device failed", { device: { ...device, failures: ["so"] } }],
    ["no device was killed", { device: { ...device, kills: 0 } }],
    ["a full disk did harm", { disk: { ...disk, broken: ["so"] } }],
    [
      "something was told before its flush",
      { order: { ...order, server: { told: 2, toldTooEarly: 1 } } },
    ],
    [
      "nothing was told",
      { order: { ...order, device: { told: 0, toldTooEarly: 0 } } },
    ],
  ])("[WO-66] it is not sound if %s", (_, report) => {
    expect(isSound(report)).toBe(false);
  });
});
