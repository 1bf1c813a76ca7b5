import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

/** Everything a module loads at once, itself and what it imports; types are erased, `import()` waits until it is called. */
function loadedWith(entry: URL, seen = new Set<string>()): Set<string> {
  const path = fileURLToPath(entry);
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = readFileSync(path, "utf8");
  const statements = /^(?:import|export) (?!type\b)[^;]*?from "([^"]+)";/gm;
  for (const [, specifier = ""] of source.matchAll(statements))
    if (specifier.startsWith(".")) loadedWith(new URL(specifier, entry), seen);
    else seen.add(specifier);
  return seen;
}

test("[CL-17] a device that asks for no `Repo` does not load automerge-repo", () => {
  for (const entry of ["../index.ts", "../node.ts"]) {
    const loaded = loadedWith(new URL(entry, import.meta.url));
    expect(loaded).toContain("@suture/schema");
    expect(loaded).not.toContain("@automerge/automerge-repo");
  }
  const view = loadedWith(new URL("./repo-view.ts", import.meta.url));
  expect(view).toContain("@automerge/automerge-repo");
});
