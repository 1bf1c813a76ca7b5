/** What everything about records stands on. Wired once, by `createClient`. */
import type {
  Clock,
  DeviceId,
  PersonId,
  Random,
  RecordId,
  RecordTypes,
} from "@suture/schema";

import type { SendState } from "../status/send-state.ts";
import type { LocalLog } from "../store/local-log.ts";
import type { OpenRecords } from "./open-records.ts";

/** Who uses the device now. */
export interface CurrentPerson {
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
}

export interface RecordDeps {
  readonly log: LocalLog;
  readonly types: RecordTypes;
  readonly records: OpenRecords;
  readonly clock: Clock;
  readonly random: Random;
  readonly sending: SendState;
  person(): CurrentPerson | null;
  /** Something of these records is in the outbox. */
  onSaved(recordIds: readonly RecordId[]): void;
}
