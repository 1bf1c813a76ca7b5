/** What the documents promise, held against what the tests say they prove. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folders = ["schema", "server", "client", "bench"];
const isTest = /\.(?:test|contract)\.tsx?$/;
const ruleId = /\b[A-Z]{2}-[0-9]+\b/g;

async function testFiles(): Promise<readonly string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), {
        recursive: true,
        withFileTypes: true,
      });
      return entries
        .filter(({ name }) => isTest.test(name))
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((path) => !/node_modules|[\\/]dist[\\/]/.test(path));
    }),
  );
  return found.flat();
}

/** The ids in the names of tests, `[AD-3] …` or `[AD-3, SY-2] …`. */
async function citedRules(): Promise<ReadonlySet<string>> {
  const texts = await Promise.all(
    (await testFiles()).map((path) => readFile(path, "utf8")),
  );
  const names = texts.flatMap((text) => [
    ...text.matchAll(/["'`]\[([^\]\n]+)\]/g),
  ]);
  return new Set(names.flatMap(([, ids = ""]) => ids.match(ruleId) ?? []));
}

async function promisedRules(): Promise<ReadonlySet<string>> {
  const text = await readFile(join(root, "docs/SPEC.md"), "utf8");
  const rules = [...text.matchAll(/^(?:- )?\*\*([A-Z]{2}-[0-9]+)\*\*/gm)];
  return new Set(rules.map(([, id = ""]) => id));
}

test("[OP-7] every rule of the specification is cited by a test, and every cited rule exists", async () => {
  const [promised, cited] = await Promise.all([promisedRules(), citedRules()]);
  expect([...promised].filter((id) => !cited.has(id))).toEqual([]);
  expect([...cited].filter((id) => !promised.has(id))).toEqual([]);
});

test("[OP-7] every row of the threat model names rules and hostile cases that exist", async () => {
  const [text, promised, cases] = await Promise.all([
    readFile(join(root, "docs/SECURITY.md"), "utf8"),
    promisedRules(),
    hostileCases(),
  ]);
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (Threat|-)/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(rows.length).toBeGreaterThan(30);
  for (const [, threat = "", stopped, standard, proof = ""] of rows) {
    expect([stopped, standard, proof], threat).not.toContain("");
    const rules = proof.match(ruleId) ?? [];
    const named = [...proof.matchAll(/"([^"]+)"/g)].map(
      ([, name = ""]) => name,
    );
    expect(rules.length + named.length, threat).toBeGreaterThan(0);
    expect(rules.filter((id) => !promised.has(id))).toEqual([]);
    expect(named.filter((name) => !cases.has(name))).toEqual([]);
  }
});

async function hostileCases(): Promise<ReadonlySet<string>> {
  const folder = join(root, "server/test/hostile");
  const names = await readdir(folder);
  const texts = await Promise.all(
    names
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFile(join(folder, name), "utf8")),
  );
  return new Set(
    texts
      .flatMap((text) => [...text.matchAll(/^\s+name:\s+"([^"]+)"/gm)])
      .map(([, name = ""]) => name),
  );
}
