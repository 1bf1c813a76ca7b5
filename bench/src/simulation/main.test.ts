import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";

// A machine may be busy: each of these starts processes that found a hospital first.
vi.setConfig({ testTimeout: 600_000 });

const directory = mkdtempSync(join(tmpdir(), "suture-simulate-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function simulate(...options: readonly string[]) {
  const child = spawn(
    process.execPath,
    [".ci/launch.mjs", "bench/dist/simulation/main.js", ...options],
    { cwd: fileURLToPath(new URL("../../../", import.meta.url)) },
  );
  let out = "";
  let told = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (told += text));
  const code = await new Promise<number | null>((resolve) => {
    child.on("close", resolve);
  });
  return { code, lines: out.trimEnd().split("\n"), told };
}

test("[WO-53] npm run simulate ends with its account as one line, which says how often each thing happened", async () => {
  const { code, lines } = await simulate("--seeds", "3", "--json");
  expect(code).toBe(0);
  const report = JSON.parse(lines.at(-1) ?? "");
  expect(Object.keys(report)).toEqual([
    "seeds",
    "broken",
    "seedsPerMinute",
    "fired",
    "failures",
  ]);
  expect(report).toMatchObject({ seeds: 3, broken: 0, failures: [] });
  expect(report.seedsPerMinute).toBeGreaterThan(0);
  expect(report.fired["open-form"]).toBeGreaterThan(0);
});

test("[WO-50] two processes tell the same story of a seed, step by step, to the letter", async () => {
  const [one, other] = await Promise.all([
    simulate("--replay", "5", "--steps", "6"),
    simulate("--replay", "5", "--steps", "6"),
  ]);
  expect(one.code).toBe(0);
  expect(one.lines).toHaveLength(9);
  expect(one.lines[0]).toMatch(/^ +1 {2}Mon \d\d:\d\d:\d\d\.\d{3} {2}\S/);
  expect(one.lines.at(-1)).toBe("every promise held");
  expect(other.lines).toEqual(one.lines);
});

test("[WO-55] a simulation goes on with the file of an earlier one, and refuses that of another", async () => {
  const file = join(directory, "progress.json");
  const options = ["--seeds", "2", "--json", "--resume", file];
  const first = await simulate(...options);
  expect(existsSync(file)).toBe(true);
  const again = await simulate(...options);
  expect(again.code).toBe(0);
  // The very same account, time included: nothing was run.
  expect(again.lines.at(-1)).toBe(first.lines.at(-1));
  const other = await simulate("--seeds", "3", "--resume", file);
  expect(other.code).toBe(2);
  expect(other.told).toContain("another simulation");
});

test("[WO-53] what it does not understand it says, with how it is used", async () => {
  const unknown = await simulate("--sedes", "3");
  expect(unknown.code).toBe(2);
  expect(unknown.told).toContain("npm run simulate -- --seeds N");
  const wrong = await simulate("--seeds", "many");
  expect(wrong.code).toBe(2);
  expect(wrong.told).toContain("--seeds takes a whole number");
});
