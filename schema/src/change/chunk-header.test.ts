import * as A from "@automerge/automerge";
import { expect, test } from "vitest";
import { splitChunks } from "./chunk-header.ts";

test("[CH-6] splits a save and its increments into the chunks that were appended", () => {
  let doc = A.from<Record<string, unknown>>({ n: "first" });
  const snapshot = A.save(doc);
  const increments: Uint8Array[] = [];
  for (let index = 0; index < 5; index += 1) {
    doc = A.change(doc, { time: 0 }, (draft) => void (draft["n"] = index));
    increments.push(A.saveIncremental(doc));
  }
  const all = new Uint8Array(Buffer.concat([snapshot, ...increments]));
  const split = splitChunks(all);
  expect(split).toMatchObject({ ok: true });
  if (!split.ok) return;
  expect(split.value.map((part) => Buffer.from(part))).toEqual(
    [snapshot, ...increments].map((part) => Buffer.from(part)),
  );
  expect(splitChunks(all.subarray(0, all.length - 1))).toMatchObject({
    ok: false,
    error: { code: "chunk-malformed" },
  });
  expect(splitChunks(new Uint8Array(0))).toEqual({ ok: true, value: [] });
});
