/**
 * The queue as a manager reads it: what concerns care and safety first, and in it together what came back together. Work that reached
 * the server long after it was signed was away; what came back within a few minutes of one another is one outage. SPEC AP-61.
 */
import type { DeviceId, Priority } from "@suture/schema";

import { offlineAfterMs } from "./ask-conflict.ts";

/** When, and on which device, something was signed that a question is about. */
export interface SignedOn {
  readonly deviceId: DeviceId;
  readonly authoredAtMs: number;
  /** Null while only this device knows it. */
  readonly admittedAtMs: number | null;
}

export interface QueueItem {
  readonly priority: Priority;
  readonly openedAtMs: number | null;
  readonly signed: readonly SignedOn[];
}

export interface Outage<T> {
  /** The first signature that was away, by its device's clock; null for what was not away. */
  readonly awayFromMs: number | null;
  /** When the first and the last of it reached the server. */
  readonly backFromMs: number | null;
  readonly backToMs: number | null;
  readonly deviceIds: readonly DeviceId[];
  readonly items: readonly T[];
}

export interface QueueSection<T> {
  readonly isSafety: boolean;
  readonly outages: readonly Outage<T>[];
}

/** A site that comes back takes minutes to send everything. */
const burstMs = 10 * 60_000;

/** Sections that are empty are left out; in each the oldest outage first, what never was away last. */
export function groupByOutage<T extends QueueItem>(
  items: readonly T[],
): readonly QueueSection<T>[] {
  return [true, false].flatMap((isSafety) => {
    const own = items.filter(({ priority }) => (priority === 0) === isSafety);
    return own.length === 0 ? [] : [{ isSafety, outages: outagesOf(own) }];
  });
}

interface Away<T> {
  readonly item: T;
  readonly lastBackMs: number;
  readonly signed: readonly (SignedOn & { readonly admittedAtMs: number })[];
}

function outagesOf<T extends QueueItem>(
  items: readonly T[],
): readonly Outage<T>[] {
  const away = items
    .flatMap((item) => awayOf(item))
    .sort((left, right) => left.lastBackMs - right.lastBackMs);
  const bursts: Away<T>[][] = [];
  for (const one of away) {
    const burst = bursts.at(-1);
    const before = burst?.at(-1);
    if (before !== undefined && one.lastBackMs - before.lastBackMs <= burstMs)
      burst?.push(one);
    else bursts.push([one]);
  }
  const present = items.filter((item) => awayOf(item).length === 0);
  return [
    ...bursts.map(outageOf),
    ...(present.length === 0
      ? []
      : [
          {
            awayFromMs: null,
            backFromMs: null,
            backToMs: null,
            deviceIds: [],
            items: present.toSorted(mostUrgentFirst),
          },
        ]),
  ];
}

function awayOf<T extends QueueItem>(item: T): readonly Away<T>[] {
  const signed = item.signed.flatMap((one) =>
    one.admittedAtMs !== null &&
    one.admittedAtMs - one.authoredAtMs > offlineAfterMs
      ? [{ ...one, admittedAtMs: one.admittedAtMs }]
      : [],
  );
  if (signed.length === 0) return [];
  const lastBackMs = Math.max(...signed.map((one) => one.admittedAtMs));
  return [{ item, lastBackMs, signed }];
}

function outageOf<T extends QueueItem>(burst: readonly Away<T>[]): Outage<T> {
  const signed = burst.flatMap((one) => one.signed);
  const back = burst.map(({ lastBackMs }) => lastBackMs);
  return {
    awayFromMs: Math.min(...signed.map((one) => one.authoredAtMs)),
    backFromMs: Math.min(...back),
    backToMs: Math.max(...back),
    deviceIds: [...new Set(signed.map(({ deviceId }) => deviceId))],
    items: burst.map(({ item }) => item).toSorted(mostUrgentFirst),
  };
}

/** What only this device sees so far comes last of its kind. */
function mostUrgentFirst(left: QueueItem, right: QueueItem): number {
  return (
    left.priority - right.priority ||
    (left.openedAtMs ?? Infinity) - (right.openedAtMs ?? Infinity) ||
    0
  );
}
