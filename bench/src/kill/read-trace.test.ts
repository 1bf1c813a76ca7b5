import { expect, test } from "vitest";

import { readTrace } from "./read-trace.ts";

const options = {
  log: "suture.db-wal",
  isTelling: (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes).includes("verdicts"),
};

/** As `strace -f -y -xx` writes a call. */
function call(
  name: string,
  path: string,
  text: string | null,
  thread = "7",
): string {
  const hex = (plain: string) =>
    [...new TextEncoder().encode(plain)]
      .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
      .join("");
  const data = text === null ? "" : `, "${hex(text)}", ${text.length}`;
  return `${thread}  ${name}(12<${hex(path)}>${data}) = 0`;
}

const write = call("pwrite64", "/data/suture.db-wal", "a page");
const flush = call("fdatasync", "/data/suture.db-wal", null);
const tell = call("writev", "socket:[935319]", "the verdicts");

test("[WO-65] what was flushed before it is told is in order, each time anew", () => {
  const lines = [write, write, flush, tell, write, flush, tell];
  expect(readTrace(lines, options)).toEqual({ told: 2, toldTooEarly: 0 });
});

test.each([
  ["no flush", [write, tell]],
  ["a flush that came too late", [write, tell, flush]],
  ["something written after the flush", [write, flush, write, tell]],
  ["no flush since the last time", [write, flush, tell, tell]],
  [
    "the flush of another file",
    [write, call("fdatasync", "/data/suture.db", null), tell],
  ],
  [
    "the flush of another thread",
    [write, call("fdatasync", "/data/suture.db-wal", null, "8"), tell],
  ],
])("[WO-67] a trace with %s is told", (_, lines) => {
  expect(readTrace(lines, options)).toMatchObject({ toldTooEarly: 1 });
});

test("[WO-65] lines that are no calls, and what is said to nobody, count for nothing", () => {
  const lines = [
    "7  +++ exited with 0 +++",
    "",
    call("write", "/dev/pts/0", "hello"),
  ];
  expect(readTrace(lines, options)).toEqual({ told: 0, toldTooEarly: 0 });
});
