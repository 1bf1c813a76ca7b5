/**
 * Writes down what was sent to which device, and when: evidence for the audit, never a gate (`log/deliveries.ts`).
 *
 * Rows wait a moment and are written together, with the last of each device and scope standing for all of them: it says that
 * everything up to it had been sent by then. A device's own are submitted before anything it pushes, in the order of the
 * store's writes, so that admission never takes what a device was sent for unseen. SPEC SY-12.
 */
import type {
  Clock,
  DeviceId,
  RecordId,
  ScopeId,
  Store,
  Timer,
  Timers,
  WriteTransaction,
} from "@suture/schema";
import { noteDelivered } from "../../log/deliveries.ts";
import type { SystemLog } from "../../system-log.ts";

/** Rows of one scope that were handed to one socket. */
export interface Sent {
  readonly organizationId: RecordId;
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  readonly scopeId: ScopeId;
  /** Of the row before the first one sent. */
  readonly fromSequence: number;
  readonly toSequence: number;
}

export interface SentAt extends Sent {
  readonly atMs: number;
}

export interface DeliveryRecorderDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SystemLog;
  readonly flushMs: number;
  /** What else is written down of it, in the same transaction: the audit's chain of reads. */
  readonly alsoNote?: (
    tx: WriteTransaction,
    sent: readonly SentAt[],
  ) => Promise<void>;
}

export class DeliveryRecorder {
  readonly #deps: DeliveryRecorderDeps;
  readonly #waiting = new Map<string, SentAt>();
  #timer: Timer | undefined;
  #submitted: Promise<unknown> = Promise.resolve();

  constructor(deps: DeliveryRecorderDeps) {
    this.#deps = deps;
  }

  note(sent: Sent): void {
    if (sent.toSequence <= sent.fromSequence) return;
    const { clock, timers, flushMs } = this.#deps;
    const key = `${sent.deviceId} ${sent.memberId} ${sent.scopeId}`;
    const before = this.#waiting.get(key);
    const fromSequence = Math.min(
      before?.fromSequence ?? sent.fromSequence,
      sent.fromSequence,
    );
    const toSequence = Math.max(before?.toSequence ?? 0, sent.toSequence);
    this.#waiting.set(key, {
      ...sent,
      fromSequence,
      toSequence,
      atMs: clock.now(),
    });
    this.#timer ??= timers.after(flushMs, () => this.submit());
  }

  /** Submits what waits (of one device, or all) without waiting for the disk: later writes of the store come after it. */
  submit(deviceId?: DeviceId): void {
    const byOrganization = new Map<RecordId, SentAt[]>();
    for (const [key, sent] of this.#waiting) {
      if (deviceId !== undefined && sent.deviceId !== deviceId) continue;
      this.#waiting.delete(key);
      const others = byOrganization.get(sent.organizationId) ?? [];
      byOrganization.set(sent.organizationId, [...others, sent]);
    }
    if (this.#waiting.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    for (const [organizationId, all] of byOrganization)
      this.#write(organizationId, all);
  }

  /** Resolves once everything noted until now is durable, or was given up. */
  async flush(): Promise<void> {
    this.submit();
    await this.#submitted;
  }

  #write(organizationId: RecordId, all: readonly SentAt[]): void {
    const { store, log, alsoNote } = this.#deps;
    const write = store
      .write(organizationId, async (tx) => {
        for (const { deviceId, scopeId, toSequence, atMs } of all)
          await noteDelivered(
            tx,
            { deviceId, scopeId, sequence: toSequence },
            atMs,
          );
        await alsoNote?.(tx, all);
      })
      // Evidence that could not be kept must not end a session: the flag it feeds errs on the side of "not sent".
      .catch((cause: unknown) =>
        log.error("deliveries.lost", { count: all.length }, cause),
      );
    this.#submitted = Promise.all([this.#submitted, write]);
  }
}
