import type {
  Clock,
  DeviceId,
  PersonId,
  Random,
  RecordTypes,
  Store,
} from "@suture/schema";
import type { OpenAPIHono } from "@hono/zod-openapi";

import type { Admission } from "../../admission/admit-batch.ts";
import type { Checkpointer } from "../../audit/checkpointer.ts";
import type { Identity } from "../../identity/identity.ts";
import type { SessionEnv } from "../../identity/require-session.ts";
import type { SystemLog } from "../../system-log.ts";
import type { Budgets } from "../limits/budgets.ts";
import type { ReadRecorder } from "./read-recorder.ts";

/** What the routes stand on. */
export interface HttpDeps {
  /** Where clients reach this server, when requests do not say so themselves. */
  readonly externalUrl?: string | undefined;
  readonly store: Store;
  readonly recordTypes: RecordTypes;
  readonly identity: Identity;
  /** The one that tells live sessions of what it commits. */
  readonly admission: Pick<Admission, "admit">;
  readonly checkpoints: Pick<Checkpointer, "messageFor" | "noteAppended">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: SystemLog;
  readonly reads: ReadRecorder;
  /** For what is long: requests are counted where their token is checked. */
  readonly budgets: Budgets;
  /** Lets everybody else have a turn, between the parts of an answer that takes long. */
  readonly yieldTurn: () => Promise<void>;
  readonly connections: {
    /** Whether the person has an open sync session on the device. */
    has(deviceId: DeviceId, personId: PersonId): boolean;
    /** Lets a device begin anew: what it was told to keep for now it offers again. */
    reopen(deviceId: DeviceId): void;
  };
}

export type HttpApp = OpenAPIHono<SessionEnv>;
