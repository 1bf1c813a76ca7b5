/**
 * How far a question that the server has open is known and answered on this device. That no conflict is read here proves nothing: what
 * contradicts may not have arrived, or damage took it. SPEC AP-185.
 */
import type { DeviceId, OpId } from "@suture/schema";

import type { HeldChange, RecordState } from "../records/record-state.ts";

export type QuestionHere =
  /** Not every candidate is here. */
  | "incomplete"
  /** Something signed on this device was signed over all candidates, and the server has not said that it has it. */
  | "answered"
  | "open";

/** `candidates` are those that the server named last. */
export function questionHere(
  state: RecordState,
  { group, candidates }: { group: string; candidates: readonly OpId[] },
  deviceId: DeviceId | undefined,
): QuestionHere {
  const signedIn = candidates.map((opId) => state.index.signedIn(opId));
  if (signedIn.includes(undefined)) return "incomplete";
  const isAnswered = state.changes.some((change) => {
    if (change.row.deviceId !== deviceId || !isUnderWay(change)) return false;
    if (!signs(change, group)) return false;
    const { hash } = change.row;
    const behind = state.behind([hash]);
    return signedIn.every(
      (candidate) =>
        candidate !== undefined && candidate !== hash && behind.has(candidate),
    );
  });
  return isAnswered ? "answered" : "open";
}

function isUnderWay({ row: { progress } }: HeldChange): boolean {
  return progress.state === "pending" || progress.state === "waiting";
}

function signs({ edits }: HeldChange, group: string): boolean {
  return edits.some((edit) => edit.kind === "statement" && edit.name === group);
}
