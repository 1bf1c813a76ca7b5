/**
 * Shows that each hostile case fails if the check it aims at is removed: `npm run hostile:mutants [-- words…]`.
 *
 * Every mutation of `mutations.json` is made in a copy of the sources, never in place, and run against only the cases it names.
 * It is caught if all of them fail, and has survived if one still passes. Words choose the mutations whose check holds them all.
 * Exits with 1 if the corpus itself fails, if a text to replace is not there exactly once, or if one has survived. SPEC HO-9.
 */
import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const here = "server/test/hostile";
const workspaces = ["schema", "server"];
const copyCount = 2;

const words = process.argv.slice(2);
const mutations = JSON.parse(
  readFileSync(join(root, here, "mutations.json"), "utf8"),
).filter(({ check }) => words.every((word) => check.includes(word)));
const testFiles = readdirSync(join(root, here)).filter((name) =>
  name.endsWith(".test.ts"),
);

const copies = Array.from({ length: copyCount }, copySources);
try {
  process.exitCode = (await runAll()) ? 0 : 1;
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true });
}

async function runAll() {
  const named = [...new Set(mutations.flatMap(({ cases }) => cases))];
  const healthy = await run(copies[0], named);
  const sick = named.filter((name) => healthy.get(name) !== "passed");
  for (const name of sick) say(`not green without any mutation: ${name}`);
  if (sick.length > 0) return false;

  const waiting = [...mutations];
  const survived = [];
  await Promise.all(
    copies.map(async (copy) => {
      for (;;) {
        const mutation = waiting.shift();
        if (mutation === undefined) return;
        const passing = await judge(copy, mutation);
        if (passing.length > 0) survived.push(mutation);
        say(
          `${passing.length === 0 ? "caught  " : "SURVIVED"} ${mutation.check}`,
        );
        for (const why of passing) say(`           ${why}`);
      }
    }),
  );
  say(
    `${mutations.length - survived.length} caught, ${survived.length} survived`,
  );
  return survived.length === 0;
}

/** What is wrong: cases that still pass, or why the mutation could not be made. */
async function judge(copy, { edits, cases }) {
  const before = new Map();
  for (const { file, find, replace } of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, "utf8");
    if (!before.has(path)) before.set(path, text);
    if (text.split(find).length !== 2) {
      restore(before);
      return [`${file} does not hold the text exactly once: ${find}`];
    }
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  const results = await run(copy, cases);
  restore(before);
  return cases
    .filter((name) => results.get(name) !== "failed")
    .map((name) => `${results.get(name) ?? "did not run"}: ${name}`);
}

function restore(before) {
  for (const [path, text] of before) writeFileSync(path, text);
}

/** Runs these cases in the copy; by name, `passed` or `failed`. */
function run(copy, names) {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const files = testFiles.filter((file) => {
    const text = readFileSync(join(copy, here, file), "utf8");
    return names.some((name) => text.includes(`"${subjectOf(name)}"`));
  });
  const pattern = `^(${names.map(escaped).join("|")})$`;
  const vitest = spawn(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      ...files.map((file) => join(here, file)),
      "--testNamePattern",
      pattern,
      "--reporter=json",
      `--outputFile=${report}`,
    ],
    // None of the corpus runs in a browser.
    {
      cwd: copy,
      stdio: "ignore",
      env: { ...process.env, SUTURE_SKIP_BROWSER: "1" },
    },
  );
  return new Promise((resolve) => {
    vitest.on("close", () => resolve(readReport(report)));
  });
}

function readReport(path) {
  try {
    const { testResults } = JSON.parse(readFileSync(path, "utf8"));
    return new Map(
      testResults.flatMap(({ assertionResults }) =>
        assertionResults
          .filter(({ status }) => status === "passed" || status === "failed")
          .map(({ fullName, status }) => [fullName, status]),
      ),
    );
  } catch {
    // The mutation broke the run itself: no case has failed of it.
    return new Map();
  }
}

function copySources() {
  const copy = mkdtempSync(join(tmpdir(), "suture-mutants-"));
  for (const name of ["package.json", "tsconfig.base.json", "vitest.config.ts"])
    cpSync(join(root, name), join(copy, name));
  // What the configuration of the tests stands on.
  cpSync(join(root, ".ci"), join(copy, ".ci"), { recursive: true });
  for (const workspace of workspaces)
    cpSync(join(root, workspace), join(copy, workspace), {
      recursive: true,
      filter: (path) => !/[\\/](dist|node_modules|data)$/.test(path),
    });
  const modules = join(copy, "node_modules");
  mkdirSync(join(modules, "@suture"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules")))
    if (name !== "@suture" && !name.startsWith(".vite"))
      symlinkSync(join(root, "node_modules", name), join(modules, name));
  for (const workspace of workspaces)
    symlinkSync(join(copy, workspace), join(modules, "@suture", workspace));
  return copy;
}

function subjectOf(name) {
  return name.slice(0, name.indexOf(": "));
}

function escaped(text) {
  return text.replace(/[$()*+./?[\\\]^{|}-]/g, "\\$&");
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
