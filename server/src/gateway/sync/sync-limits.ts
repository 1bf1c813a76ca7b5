import { limits } from "@suture/schema";

/** How much one session, and all of them, may ask of this server. `config.ts` lets a deployment change them. SPEC SY-3, SY-10, LM. */
export interface SyncLimits {
  /** As long as a device waits for an answer: it says how its logs stand and what it holds, some kilobytes on a slow line. */
  readonly helloDeadlineMs: number;
  /** How often a silent session is asked whether it is still there; after two without an answer it is closed. */
  readonly pingIntervalMs: number;
  /** With less than this left, the token of a session is asked to be renewed, as often as `tokenReminderMs` says. */
  readonly tokenWarningMs: number;
  readonly tokenReminderMs: number;
  /** How long a session outlives its token, for the answer to the last time it was asked for. */
  readonly tokenGraceMs: number;
  /** Messages of a session that wait behind the one being answered. */
  readonly maxQueuedMessages: number;
  /** Their bytes, as they came: a device has few pushes in flight. */
  readonly maxQueuedBytes: number;
  /** With more than this unsent, a session is not sent live rows, and nothing it asks for is answered before it has read. */
  readonly slowReaderBytes: number;
  /** How often it is looked at meanwhile. */
  readonly slowReaderPollMs: number;
  /** With more than this unsent, a session is closed. */
  readonly maxBufferedBytes: number;
  /** A session that takes less than `stalledReaderBytes` in this time, while more is unsent, is closed. */
  readonly stalledReaderMs: number;
  readonly stalledReaderBytes: number;
  readonly maxSessions: number;
  /** Sockets that have not said hello. */
  readonly maxUnopened: number;
  /** One more closes the device's oldest: on a bad line that is the one that died unnoticed. */
  readonly maxSessionsPerDevice: number;
  /** What a server that is full asks a device to wait. */
  readonly busyRetryAfterMs: number;
  /** How long what was sent may stay unrecorded while its device sends nothing. */
  readonly deliveryFlushMs: number;
  /** A device's unsynced work is told to colleagues no more often than this. */
  readonly presenceIntervalMs: number;
}

export const defaultSyncLimits: SyncLimits = {
  helloDeadlineMs: limits.helloDeadlineMs,
  pingIntervalMs: 20_000,
  tokenWarningMs: 24 * 3_600_000,
  tokenReminderMs: 3_600_000,
  tokenGraceMs: 30_000,
  maxQueuedMessages: 64,
  maxQueuedBytes: 32 * 1024 * 1024,
  slowReaderBytes: 2 * 1024 * 1024,
  slowReaderPollMs: 50,
  maxBufferedBytes: 16 * 1024 * 1024,
  stalledReaderMs: 30_000,
  stalledReaderBytes: 64 * 1024,
  maxSessions: 5_000,
  maxUnopened: 1_000,
  maxSessionsPerDevice: 4,
  busyRetryAfterMs: 10_000,
  deliveryFlushMs: 1_000,
  presenceIntervalMs: 5_000,
};
