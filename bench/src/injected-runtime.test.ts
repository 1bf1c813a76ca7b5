/** The lint rule that keeps the machine's clock, timers and chance out of everything but the entry points, tried on samples. */
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";

const root = fileURLToPath(new URL("../../", import.meta.url));
const linter = join(root, "node_modules/.bin/oxlint");
const rule = "house/injected-runtime";

const taken = [
  "Date.now()",
  "new Date()",
  "performance.now()",
  "globalThis.performance.now()",
  "process.hrtime()",
  "setTimeout(run, 1)",
  "globalThis.setInterval(run, 1)",
  "{ defer: setImmediate }",
  "AbortSignal.timeout(1)",
  "Math.random()",
  "crypto.randomUUID()",
  "globalThis.crypto.getRandomValues(bytes)",
];

let house: string;

beforeEach(async () => {
  house = await mkdtemp(join(tmpdir(), "suture-lint-"));
  await mkdir(join(house, ".ci"));
  await copyFile(
    join(root, ".ci/lint-plugin.mjs"),
    join(house, ".ci/lint-plugin.mjs"),
  );
  const config = { jsPlugins: ["./.ci/lint-plugin.mjs"], rules: { [rule]: 2 } };
  await writeFile(join(house, ".oxlintrc.json"), JSON.stringify(config));
});

afterEach(async () => {
  await rm(house, { recursive: true });
});

/** The lines of the sample that the rule refuses. */
async function refusedLines(path: string): Promise<readonly number[]> {
  await mkdir(dirname(join(house, path)), { recursive: true });
  const lines = taken.map((use, line) => `export const a${line} = ${use};`);
  await writeFile(join(house, path), lines.join("\n"));
  const { stdout } = spawnSync(linter, ["--format", "json", path], {
    cwd: house,
    encoding: "utf8",
  });
  const { diagnostics } = reportSchema.parse(JSON.parse(stdout));
  return diagnostics
    .filter(({ code }) => code === "house(injected-runtime)")
    .map(({ labels: [label] }) => label?.span.line ?? 0)
    .sort((a, b) => a - b);
}

const reportSchema = z.object({
  diagnostics: z.array(
    z.object({
      code: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })),
    }),
  ),
});

const everyLine = taken.map((_use, line) => line + 1);

test("[WO-49] the clock, timers and chance of the machine are refused everywhere but where they are handed out", async () => {
  for (const path of [
    "schema/src/change/sample.ts",
    "server/src/gateway/sample.ts",
    "client/src/sync/sample.ts",
    "client/src/testing/network/sample.ts",
  ])
    expect([path, await refusedLines(path)]).toEqual([path, everyLine]);

  for (const path of [
    "server/src/main.ts",
    "server/src/cli.ts",
    "client/src/system-runtime.ts",
  ])
    expect([path, await refusedLines(path)]).toEqual([path, []]);
});

test("[WO-49] a test may give others their turn, and takes nothing else", async () => {
  const turn = taken.findIndex((use) => use.includes("setImmediate")) + 1;
  expect(await refusedLines("client/src/sync/sample.test.ts")).toEqual(
    everyLine.filter((line) => line !== turn),
  );
});
