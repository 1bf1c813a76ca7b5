/** What a save is planned from, and what comes out of it. */
import type {
  ActorId,
  ChangeHash,
  ChangeIndex,
  Clock,
  DecodedChange,
  DeviceId,
  Edit,
  IndexedChange,
  Random,
  RecordFold,
  RecordId,
  RecordType,
  RefusalCode,
  Resolution,
  Role,
} from "@suture/schema";

import type { GroupEdit } from "./draft.ts";

export interface Author {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  readonly roles: ReadonlySet<Role>;
}

export interface PlanDeps {
  readonly clock: Clock;
  readonly random: Random;
}

export interface SaveRefusal {
  readonly code: RefusalCode;
  /** Names fields and parts, never values. */
  readonly reason: string;
}

/** What the author saw. */
export interface PlanBase {
  readonly type: RecordType;
  readonly recordId: RecordId;
  readonly index: ChangeIndex;
  /** The values at the heads the form showed, and every statement of the record. */
  readonly fold: RecordFold;
  /** What a change of the lane may build on. */
  depsOf(lane: string): readonly ChangeHash[];
  /** The chunks of these heads and of what is behind them. */
  bytesBehind(heads: readonly ChangeHash[]): readonly Uint8Array[];
  /** Actors of this device start that may go on where their last change is behind the dependencies. */
  readonly actors: readonly ActorId[];
}

export interface PlannedChange {
  readonly recordId: RecordId;
  readonly bytes: Uint8Array;
  readonly decoded: DecodedChange;
  readonly indexed: IndexedChange;
  readonly edits: readonly Edit[];
  readonly lane: string;
}

export interface StatementPlan extends GroupEdit {
  readonly reason?: string;
  /** Of a resolution: what it settles and how. `settles` is what the new statement overwrites. */
  readonly decision?: Resolution["decision"];
}
