import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockData } from "./data-lock.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "data-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("[IM-14] one holder at a time; the next one is told at once, and may have it after", () => {
  const data = join(directory, "made", "here");
  const first = lockData(data);
  expect(first.ok).toBe(true);
  expect(existsSync(data)).toBe(true);
  expect(lockData(data)).toEqual({
    ok: false,
    error: { code: "data-in-use" },
  });
  if (first.ok) first.value.release();
  const next = lockData(data);
  expect(next.ok).toBe(true);
  if (next.ok) next.value.release();
});

test("[IM-14] a directory that cannot be one is unusable", () => {
  const file = join(directory, "letter");
  writeFileSync(file, "Dear colleague");
  expect(lockData(file)).toMatchObject({
    ok: false,
    error: { code: "data-unusable" },
  });
});
