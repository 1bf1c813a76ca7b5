/** The stories of `npm run demo`, as anybody runs it: built, in processes of their own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** It takes a third of that on two idle cores; other tests are running beside it. */
const patienceMs = 240_000;

const reportSchema = z.object({
  stories: z.array(
    z.object({
      id: z.string(),
      checkCount: z.int(),
      failures: z.array(z.string()),
    }),
  ),
  failedCount: z.int(),
});

interface Run {
  readonly exitCode: number;
  readonly output: string;
}

function runDemo(...options: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const demo = execFile(
      process.execPath,
      [".ci/launch.mjs", "bench/dist/demo/main.js", ...options],
      { cwd: root, maxBuffer: 16 * 1024 * 1024 },
      (_error, output) => resolve({ exitCode: demo.exitCode ?? -1, output }),
    );
  });
}

describe("npm run demo", () => {
  let run: Run;
  let failuresById: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    run = await runDemo("--json");
    const report = reportSchema.parse(
      JSON.parse(run.output.trimEnd().split("\n").at(-1) ?? "{}"),
    );
    failuresById = new Map(
      report.stories
        .filter(({ checkCount }) => checkCount > 0)
        .map(({ id, failures }) => [id, failures]),
    );
  }, patienceMs);

  test.for([
    ["[DM-1] an hour offline at the front desk", "a"],
    ["[DM-2] phone and address", "b"],
    ["[DM-3] two medication lists", "c"],
    ["[DM-4] amoxicillin and a penicillin allergy", "d"],
    ["[DM-5] parts replaced", "e"],
    ["[DM-6] the lost answer", "f"],
    ["[DM-7] the killed app", "g"],
    ["[DM-8] the form left open", "h"],
    ["[DM-9] the double booking", "i"],
    ["[DM-10] the same content", "j"],
    ["[DM-11] two managers", "k"],
    ["[DM-12] the restored server", "l"],
  ] as const)("%s", ([, id]) => {
    expect(failuresById.get(id)).toEqual([]);
  });

  test("[DM-13] it shows the labels people read, and ends with what was checked and exit code 0", () => {
    expect(run.output).toContain("Saved locally. Will sync on reconnect.");
    expect(run.output).toContain("Conflict — tap to review.");
    expect(run.output).toContain("Synced and confirmed.");
    expect(run.output).toMatch(/12 stories, \d+ checks, 0 failed, /);
    expect(run.exitCode).toBe(0);
  });
});

test(
  "[DM-13] a story that is not there is told in one sentence, with exit code 2",
  async () => {
    const { exitCode, output } = await runDemo("--story", "z");
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  },
  patienceMs,
);
