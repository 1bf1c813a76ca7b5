/**
 * What "saved" means, in exactly these words. The order is the order of precedence: a record shows the first state that any of
 * its changes is in. SPEC CL-9.
 */
export const statusLabels = {
  /** The local write failed. */
  unsaved: "Not saved — this device cannot store it.",
  /** Refused by the server; stranded work is kept. */
  refused: "Not accepted. Your copy is kept.",
  /** An open review task on this record. */
  conflict: "Conflict — tap to review.",
  /** Durable here, not sendable now: signed out, update needed, waiting for another record. */
  local: "Saved locally.",
  /** Durable here and in the outbox, which is the same row. */
  queued: "Saved locally. Will sync on reconnect.",
  /** The server's durable verdict. */
  synced: "Synced.",
  /** Covered by a signed checkpoint that this device verified. */
  confirmed: "Synced and confirmed.",
} as const;

export type SaveState = keyof typeof statusLabels;

/** In order of precedence. */
export const saveStates = [
  "unsaved",
  "refused",
  "conflict",
  "local",
  "queued",
  "synced",
  "confirmed",
] as const satisfies readonly SaveState[];
