/** `npm run bench -- smoke` as anybody runs it: built, with every system in processes of its own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** It takes a fraction of that on two idle cores; other tests are running beside it. */
const patienceMs = 600_000;

interface Run {
  readonly exitCode: number;
  readonly output: string;
}

function runBench(...options: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const bench = execFile(
      process.execPath,
      [".ci/launch.mjs", "bench/dist/speed/main.js", ...options],
      { cwd: root },
      (_error, output) =>
        resolve({ exitCode: bench.exitCode ?? -1, output: output.trimEnd() }),
    );
  });
}

test(
  "[BE-7, BE-9, BE-11, BE-13, BE-14] every system does the work, its devices and its disk hold all of it, and the last line says so",
  async () => {
    const { exitCode, output } = await runBench("smoke", "--json");
    expect(exitCode).toBe(0);
    const report: unknown = JSON.parse(output.split("\n").at(-1) ?? "");
    expect(report).toEqual({
      name: "smoke",
      goal: "every system does the same work",
      work: expect.stringContaining(
        "Before them 5 devices of other clinics came back with as much each, which is not counted, and went. Done and compared: suture, floor, automerge-repo, hocuspocus, pouchdb",
      ),
      ratios: {},
      figures: {},
    });
  },
  patienceMs,
);

test(
  "[BE-7] a benchmark that is none is told as such",
  async () => {
    const { exitCode, output } = await runBench("haste");
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  },
  patienceMs,
);
