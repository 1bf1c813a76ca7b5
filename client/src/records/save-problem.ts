import type { RefusalCode } from "@suture/schema";

/**
 * Why a save did not happen: what the server would refuse, `not-saved` when this device could not store it, and
 * `record-unreadable` when what it would build on cannot be read here. Nothing of the save is kept in any of these cases.
 */
export interface SaveProblem {
  readonly code: RefusalCode | "not-saved" | "record-unreadable";
  /** Names fields and parts, never values. */
  readonly reason: string;
}
