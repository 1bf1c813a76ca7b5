import type { Clock, Store, Timers } from "@suture/schema";
import type { Admission } from "../../admission/admit-batch.ts";
import type { Identity } from "../../identity/identity.ts";
import type { SystemLog } from "../../system-log.ts";
import type { ReadRecorder } from "../http/read-recorder.ts";
import type { Budgets } from "../limits/budgets.ts";
import type { Stopwatch } from "../limits/stopwatch.ts";
import type { AccessDeps } from "../sync/access.ts";
import type { SyncLimits } from "../sync/sync-limits.ts";
import type { DocumentSync } from "./document-sync.ts";

/** What the connections of plain Automerge clients share. */
export interface AutomergeDeps extends AccessDeps {
  readonly store: Store;
  readonly identity: Pick<
    Identity,
    "automergeTickets" | "invitations" | "onRevoked"
  >;
  /** The one that tells live sessions of what it commits. */
  readonly admission: Pick<Admission, "admit">;
  readonly documentSync: DocumentSync;
  readonly reads: Pick<ReadRecorder, "note">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SystemLog;
  readonly limits: SyncLimits;
  readonly budgets: Budgets;
  readonly stopwatch: Stopwatch;
  /** Resolves once whatever else waits for a turn has had one. */
  readonly yieldTurn: () => Promise<void>;
  /** What this server calls itself to peers. New at each start. */
  readonly peerId: string;
}
