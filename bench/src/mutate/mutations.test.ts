import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { applyEdit } from "./mutation.ts";
import { mutations } from "./mutations.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("[WO-57] there are at least twelve planted faults, each with a name of its own", () => {
  const names = new Set(mutations.map(({ name }) => name));
  expect(names.size).toBe(mutations.length);
  expect(names.size).toBeGreaterThanOrEqual(12);
});

test.each(mutations)(
  "[WO-57] the sources hold exactly once what is to be replaced: $name",
  ({ edits }) => {
    const texts = new Map<string, string>();
    for (const edit of edits) {
      const text =
        texts.get(edit.file) ?? readFileSync(join(root, edit.file), "utf8");
      const mutated = applyEdit(text, edit);
      expect(mutated).not.toBe(text);
      texts.set(edit.file, mutated);
    }
  },
);

test("[WO-57] a text that is not there, or there twice, is no mutation", () => {
  const edit = { file: "a.ts", find: "one", replace: "two" };
  expect(applyEdit("just one", edit)).toBe("just two");
  expect(() => applyEdit("one or one", edit)).toThrow("exactly once");
  expect(() => applyEdit("neither", edit)).toThrow("exactly once");
});
