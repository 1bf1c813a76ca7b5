import type { Clock, RecordTypes, Store, Timers } from "@suture/schema";
import type { Admission } from "../../admission/admit-batch.ts";
import type { Checkpointer } from "../../audit/checkpointer.ts";
import type { Identity } from "../../identity/identity.ts";
import type { SystemLog } from "../../system-log.ts";
import type { Budgets } from "../limits/budgets.ts";
import type { Stopwatch } from "../limits/stopwatch.ts";
import type { DeliveryRecorder } from "./delivery-recorder.ts";
import type { FanOut } from "./fan-out.ts";
import type { Hub } from "./hub.ts";
import type { LaterWork } from "./later-work.ts";
import type { Presence } from "./presence.ts";
import type { SnapshotProgress } from "./snapshot-progress.ts";
import type { SyncLimits } from "./sync-limits.ts";

/** What the sessions of one server share. */
export interface SyncDeps {
  readonly store: Store;
  readonly recordTypes: RecordTypes;
  readonly identity: Pick<
    Identity,
    "verifyBatchToken" | "isSyncTokenGood" | "invitations" | "keys"
  >;
  readonly admission: Admission;
  readonly checkpoints: Pick<Checkpointer, "messageFor" | "noteAppended">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SystemLog;
  readonly limits: SyncLimits;
  readonly budgets: Budgets;
  readonly stopwatch: Stopwatch;
  readonly hub: Hub;
  readonly fanOut: FanOut;
  readonly deliveries: DeliveryRecorder;
  readonly snapshots: SnapshotProgress;
  readonly presence: Presence;
  readonly later: LaterWork;
}
