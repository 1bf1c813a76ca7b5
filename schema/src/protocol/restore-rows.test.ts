import { expect, test } from "vitest";

import { changeHashSchema, deviceIdSchema, recordIdSchema } from "../ids.ts";
import {
  joinRestoreRows,
  readRestoreRow,
  splitRestoreRows,
} from "./restore-rows.ts";

const row = {
  recordId: recordIdSchema.parse("4NMNnkMhL8jXrdJ9jamS58PAVdXu"),
  hash: changeHashSchema.parse("ab".repeat(32)),
  memberId: recordIdSchema.parse("3NMNnkMhL8jXrdJ9jamS58PAVdXu"),
  deviceId: deviceIdSchema.parse("6f0c1a52-3b77-4c39-9b57-0d0f3a5ad3a1"),
};
const line = joinRestoreRows([row]);

test("[SY-7] rows are read as they were joined, none included", () => {
  for (const rows of [[], [row], [row, { ...row, memberId: row.recordId }]])
    expect(splitRestoreRows(joinRestoreRows(rows)).map(readRestoreRow)).toEqual(
      rows,
    );
});

test.each([
  ["nothing", ""],
  ["a part less", line.slice(0, line.lastIndexOf(" "))],
  ["a part more", `${line} more`],
  ["two spaces", line.replace(" ", "  ")],
  ["a hash in capitals", line.replace("ab", "AB")],
  ["a cut hash", line.replace("ab", "a")],
  ["a record that is none", line.replace("4NMN", "0OIl")],
])("[SY-7] a line that is no row is none: %s", (_, text) => {
  expect(readRestoreRow(text)).toBe(null);
});
