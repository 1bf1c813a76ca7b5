/**
 * Writes down what was sent to which device, and when: evidence for the audit, never a gate (`log/deliveries.ts`).
 *
 * Rows wait a moment and are written together, those that follow each other as one stretch, sent when its last one was. A
 * device's own are submitted before anything it pushes, in the order of the store's writes, so that admission never takes what
 * a device was sent for unseen. SPEC SY-12, EV-1.
 */
import type {
  Clock,
  DeviceId,
  RecordId,
  Store,
  Timer,
  Timers,
  WriteTransaction,
} from "@suture/schema";
import { noteDelivered, type Delivery } from "../../log/deliveries.ts";
import type { SystemLog } from "../../system-log.ts";

/** Rows of one scope that were handed to one socket. */
export interface Sent extends Delivery {
  readonly organizationId: RecordId;
  readonly memberId: RecordId;
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
  /** Of one reader and member each, in the order in which they were sent. */
  readonly #waiting = new Map<string, readonly SentAt[]>();
  #timer: Timer | undefined;
  #submitted: Promise<unknown> = Promise.resolve();

  constructor(deps: DeliveryRecorderDeps) {
    this.#deps = deps;
  }

  note(sent: Sent): void {
    if (sent.toSequence <= sent.fromSequence) return;
    const { clock, timers, flushMs } = this.#deps;
    const { deviceId, memberId, scopeId, readKey } = sent;
    const key = `${deviceId} ${memberId} ${scopeId} ${readKey}`;
    const before = this.#waiting.get(key) ?? [];
    const last = before.at(-1);
    const next = { ...sent, atMs: clock.now() };
    this.#waiting.set(
      key,
      last?.toSequence === sent.fromSequence
        ? before.with(-1, { ...next, fromSequence: last.fromSequence })
        : [...before, next],
    );
    this.#timer ??= timers.after(flushMs, () => this.submit());
  }

  /** Submits what waits (of one device, or all) without waiting for the disk: later writes of the store come after it. */
  submit(deviceId?: DeviceId): void {
    const byOrganization = new Map<RecordId, SentAt[]>();
    for (const [key, stretches] of this.#waiting) {
      for (const sent of stretches) {
        if (deviceId !== undefined && sent.deviceId !== deviceId) continue;
        this.#waiting.delete(key);
        const others = byOrganization.get(sent.organizationId) ?? [];
        byOrganization.set(sent.organizationId, [...others, sent]);
      }
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
        for (const sent of all) await noteDelivered(tx, sent, sent.atMs);
        await alsoNote?.(tx, all);
      })
      // Evidence that could not be kept must not end a session: the flag it feeds errs on the side of "not sent".
      .catch((cause: unknown) =>
        log.error("deliveries.lost", { count: all.length }, cause),
      );
    this.#submitted = Promise.all([this.#submitted, write]);
  }
}
