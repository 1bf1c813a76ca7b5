/** What everything about records stands on. Wired once, by `createClient`. */
import type {
  Clock,
  DeviceId,
  PersonId,
  Random,
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
  /** Something is in the outbox. */
  onSaved(): void;
}
