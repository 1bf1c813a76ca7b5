/** What a record may say of itself, from stored rows alone: never from counters, never from whether a socket is open. SPEC CL-9. */
import {
  saveStates,
  statusLabels,
  type PersonId,
  type SaveState,
  type ScopeId,
} from "@suture/schema";

import type { LocalChange } from "../store/local-change.ts";

export interface RecordStatus<State extends SaveState = SaveState> {
  readonly state: State;
  readonly label: (typeof statusLabels)[State];
}

export interface StatusInput {
  readonly changes: readonly LocalChange[];
  /** The last write of this record failed. */
  readonly hasFailedSave: boolean;
  /** There is an open review task on the record, or its statements differ. */
  readonly hasConflict: boolean;
  canSend(personId: PersonId | null): boolean;
  /** Up to where a verified checkpoint covers a scope; undefined without one. */
  confirmedSequence(scopeId: ScopeId): number | undefined;
}

/** The first of the states, in their order, that any of the record's changes is in. */
export function deriveStatus(input: StatusInput): RecordStatus {
  // What somebody has dismissed, or what is said again, is kept but no longer shown, unless there is nothing else.
  const shown = input.changes.filter(({ progress }) => !isSettled(progress));
  const found = new Set<SaveState>(
    (shown.length > 0 ? shown : input.changes).map((change) =>
      stateOf(change, input),
    ),
  );
  if (input.hasFailedSave) found.add("unsaved");
  if (input.hasConflict) found.add("conflict");
  return statusOf(saveStates.find((state) => found.has(state)) ?? "synced");
}

export function statusOf(state: SaveState): RecordStatus {
  return { state, label: statusLabels[state] };
}

/** One change's own state; `unsaved` and `conflict` are said of records. */
export function stateOf(
  { progress, personId }: LocalChange,
  {
    canSend,
    confirmedSequence,
  }: Pick<StatusInput, "canSend" | "confirmedSequence">,
): SaveState {
  switch (progress.state) {
    case "pending":
      // What the server has put off, a reconnection alone will not send.
      return progress.held === null && canSend(personId) ? "queued" : "local";
    case "waiting":
      return "local";
    case "refused":
      return "refused";
    case "accepted": {
      const isConfirmed =
        progress.places.length > 0 &&
        progress.places.every(
          ({ scopeId, sequence }) =>
            sequence <= (confirmedSequence(scopeId) ?? 0),
        );
      return isConfirmed ? "confirmed" : "synced";
    }
  }
}

function isSettled(progress: LocalChange["progress"]): boolean {
  return (
    progress.state === "refused" &&
    (progress.isDismissed || progress.reexpressedAs !== undefined)
  );
}
