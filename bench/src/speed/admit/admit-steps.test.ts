import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { filesByStep, stepOfStack, storeFiles } from "./admit-steps.ts";
import { sharesOf, type Profile } from "./profiled.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const at = (path: string) => `file:///app/${path}.js`;

test("[BE-10] what runs belongs to the step of its file, or of whoever called it", () => {
  const commit = at("server/dist/admission/commit");
  const row = at("schema/dist/storage/row-transaction");
  expect(stepOfStack([at("schema/dist/change/decode-change")])).toBe(
    "decode and verify",
  );
  expect(stepOfStack([at("schema/dist/change/index-change")])).toBe(
    "index and structure",
  );
  expect(
    stepOfStack(["", row, at("server/dist/audit/append-audit"), commit]),
  ).toBe("audit");
  expect(stepOfStack([row, at("server/dist/admission/judge-place")])).toBe(
    "place and rights",
  );
  expect(stepOfStack(["", row, ""])).toBe("rows and commit");
  expect(stepOfStack(["node:internal/process", ""])).toBe("anything else");
});

test("[BE-10] shares are of the time in which it was not idle, and add up to all of it", () => {
  const callFrame = (functionName: string, url = "") => ({
    functionName,
    url,
    scriptId: "0",
    lineNumber: 0,
    columnNumber: 0,
  });
  const profile: Profile = {
    nodes: [
      { id: 1, callFrame: callFrame("(root)"), children: [2, 3, 4] },
      { id: 2, callFrame: callFrame("(idle)") },
      { id: 3, callFrame: callFrame("(garbage collector)") },
      {
        id: 4,
        callFrame: callFrame(
          "commitChange",
          at("server/dist/admission/commit"),
        ),
        children: [5],
      },
      { id: 5, callFrame: callFrame("run") },
    ],
    samples: [2, 3, 4, 5, 2],
    timeDeltas: [0, 500, 100, 200, 100],
  };
  expect(Object.fromEntries(sharesOf(profile))).toEqual({
    "garbage collection": 0.25,
    "rows and commit": 0.75,
  });
});

test("[BE-10] every file and folder that the table names is there", async () => {
  const paths: string[] = [];
  for (const workspace of ["schema", "server"]) {
    const folder = join(root, workspace, "src");
    const entries = await readdir(folder, { recursive: true });
    paths.push(
      ...entries.map((path) => join(workspace, path).replaceAll("\\", "/")),
    );
  }
  const named = [...Object.values(filesByStep).flat(), ...storeFiles];
  const isThere = (name: string) => paths.some((path) => path.startsWith(name));
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});
