/**
 * Writes down what was sent to which device, and when: evidence for the audit, never a gate (`log/deliveries.ts`).
 *
 * Rows wait a moment and are written together, those that follow each other as one stretch, sent when its last one was. A
 * device's own are submitted before anything it pushes, in the order of the store's writes, so that admission never takes what
 * a device was sent for unseen. What else is written down of them does not hurry: it waits as if nothing had been pushed.
 * SPEC SY-12, EV-1, AU-6.
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
  /** What else is written down of it, with it or at most `flushMs` after it was sent: the audit's chain of reads. */
  readonly alsoNote?: (
    tx: WriteTransaction,
    sent: readonly SentAt[],
  ) => Promise<void>;
}

export class DeliveryRecorder {
  readonly #deps: DeliveryRecorderDeps;
  /** Of one reader and member each, in the order in which they were sent. */
  readonly #waiting = new Map<string, readonly SentAt[]>();
  /** What is submitted already, but for what else is to be written down of it; as `#waiting`. */
  readonly #unnoted = new Map<string, readonly SentAt[]>();
  #timer: Timer | undefined;
  #submitted: Promise<unknown> = Promise.resolve();

  constructor(deps: DeliveryRecorderDeps) {
    this.#deps = deps;
  }

  note(sent: Sent): void {
    if (sent.toSequence <= sent.fromSequence) return;
    const { clock, timers, flushMs } = this.#deps;
    join(this.#waiting, { ...sent, atMs: clock.now() });
    this.#timer ??= timers.after(flushMs, () => this.submit());
  }

  /** Submits what waits (of one device, or all) without waiting for the disk: later writes of the store come after it. */
  submit(deviceId?: DeviceId): void {
    if (deviceId !== undefined) return this.#submitOf(deviceId);
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = byOrganization(this.#waiting);
    for (const sent of [...this.#waiting.values()].flat())
      join(this.#unnoted, sent);
    const unnoted = byOrganization(this.#unnoted);
    this.#waiting.clear();
    this.#unnoted.clear();
    for (const [organizationId, told] of unnoted)
      this.#write(organizationId, waiting.get(organizationId) ?? [], told);
  }

  #submitOf(deviceId: DeviceId): void {
    const own = new Map(
      [...this.#waiting].filter(([, [first]]) => first?.deviceId === deviceId),
    );
    for (const [key, stretches] of own) {
      this.#waiting.delete(key);
      for (const sent of stretches) join(this.#unnoted, sent);
    }
    for (const [organizationId, sent] of byOrganization(own))
      this.#write(organizationId, sent, []);
  }

  /** Resolves once everything noted until now is durable, or was given up. */
  async flush(): Promise<void> {
    this.submit();
    await this.#submitted;
  }

  #write(
    organizationId: RecordId,
    all: readonly SentAt[],
    told: readonly SentAt[],
  ): void {
    const { store, log, alsoNote } = this.#deps;
    const write = () =>
      store.write(organizationId, async (tx) => {
        for (const sent of all) await noteDelivered(tx, sent, sent.atMs);
        if (told.length > 0) await alsoNote?.(tx, told);
      });
    const written = write()
      .catch(write)
      // Evidence that could not be kept must not end a session: the flag it feeds errs on the side of "not sent".
      .catch((cause: unknown) =>
        log.error("deliveries.lost", { count: all.length }, cause),
      );
    this.#submitted = Promise.all([this.#submitted, written]);
  }
}

/** Adds it to the stretches of its reader and member, to the last of them where it goes on behind it. */
function join(
  stretchesByReader: Map<string, readonly SentAt[]>,
  sent: SentAt,
): void {
  const { deviceId, memberId, scopeId, readKey } = sent;
  const key = `${deviceId} ${memberId} ${scopeId} ${readKey}`;
  const before = stretchesByReader.get(key) ?? [];
  const last = before.at(-1);
  stretchesByReader.set(
    key,
    last?.toSequence === sent.fromSequence
      ? before.with(-1, { ...sent, fromSequence: last.fromSequence })
      : [...before, sent],
  );
}

function byOrganization(
  stretchesByReader: ReadonlyMap<string, readonly SentAt[]>,
): ReadonlyMap<RecordId, readonly SentAt[]> {
  const found = new Map<RecordId, SentAt[]>();
  for (const sent of [...stretchesByReader.values()].flat()) {
    const others = found.get(sent.organizationId) ?? [];
    others.push(sent);
    found.set(sent.organizationId, others);
  }
  return found;
}
