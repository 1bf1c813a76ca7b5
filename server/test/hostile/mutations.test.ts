/** The list that `npm run hostile:mutants` goes by, held against the sources and the corpus. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import mutations from "./mutations.json" with { type: "json" };

const root = fileURLToPath(new URL("../../../", import.meta.url));
const here = join(root, "server/test/hostile");

test("[HO-9] every mutation replaces a text that stands in its file exactly once", () => {
  const astray = mutations.flatMap(({ check, edits }) =>
    edits
      .filter(({ file, find }) => {
        const text = readFileSync(join(root, file), "utf8");
        return text.split(find).length !== 2;
      })
      .map(({ file }) => `${check}: ${file}`),
  );
  expect(astray).toEqual([]);
});

test("[HO-9] every mutation names cases of the corpus", () => {
  const corpus = readdirSync(here)
    .filter((name) => /cases\.test-support\.ts$|\.test\.ts$/.test(name))
    .map((name) => readFileSync(join(here, name), "utf8"))
    .join("\n");
  const unknown = mutations.flatMap(({ cases }) =>
    cases.filter((name) => {
      const at = name.indexOf(": ");
      const [subject, title] = [name.slice(0, at), name.slice(at + 2)];
      return !corpus.includes(subject) || !corpus.includes(`"${title}"`);
    }),
  );
  expect(unknown).toEqual([]);
  expect(mutations.length).toBeGreaterThanOrEqual(40);
});
