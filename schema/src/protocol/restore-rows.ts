/**
 * The rows of a `restore` as one text, a row a line: record, change, member, device. Tens of thousands of them are one item to
 * decode, and whoever judges them reads a few hundred at a time, so that none of it takes long at a stretch. SPEC SY-7.
 */
import { changeHashSchema, deviceIdSchema, recordIdSchema } from "../ids.ts";
import type { LogLink } from "./log-chain.ts";

export function joinRestoreRows(rows: readonly LogLink[]): string {
  return rows
    .map(({ recordId, hash, memberId, deviceId }) =>
      [recordId, hash, memberId, deviceId].join(" "),
    )
    .join("\n");
}

/** One line for each row; what a line says is for `readRestoreRow`. */
export function splitRestoreRows(rows: string): readonly string[] {
  return rows === "" ? [] : rows.split("\n");
}

/** Null for a line that is no row. */
export function readRestoreRow(line: string): LogLink | null {
  const [first, second, third, fourth, ...others] = line.split(" ");
  const recordId = recordIdSchema.safeParse(first);
  const hash = changeHashSchema.safeParse(second);
  const memberId = recordIdSchema.safeParse(third);
  const deviceId = deviceIdSchema.safeParse(fourth);
  const isRow =
    recordId.success && hash.success && memberId.success && deviceId.success;
  return isRow && others.length === 0
    ? {
        recordId: recordId.data,
        hash: hash.data,
        memberId: memberId.data,
        deviceId: deviceId.data,
      }
    : null;
}
