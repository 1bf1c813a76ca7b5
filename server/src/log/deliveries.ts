/**
 * What was delivered is evidence: which rows of each scope's log were really sent to each device, and when. The audit says
 * "delivered 09:03, signed 09:05" from it. It is a flag, never a gate: honest devices learn changes by other ways too.
 *
 * Kept are the stretches that were sent, each row in one, with the time it was first sent. Where a device says that it stands
 * adds nothing: whoever names the end of a log was not sent what lies before it. A stretch says which types of record came with
 * their bytes, since people of other roles on the same device are sent other content. SPEC EV-1, EV-2.
 */
import type {
  DeviceId,
  Key,
  Place,
  ReadTransaction,
  ScopeId,
  WriteTransaction,
} from "@suture/schema";
import { deliveriesTable, type DeliveryRow } from "./log-tables.ts";

/** One reader's copy of a scope's log: a device, and the types of record whose bytes it is sent there. */
export interface Reader {
  readonly deviceId: DeviceId;
  readonly scopeId: ScopeId;
  /** As `readKeyOf` names them. */
  readonly readKey: string;
}

export interface Delivery extends Reader {
  /** Of the row before the first one sent. */
  readonly fromSequence: number;
  readonly toSequence: number;
}

interface Stretch extends DeliveryRow {
  readonly toSequence: number;
}

export function readKeyOf(recordTypes: Iterable<string>): string {
  return [...recordTypes].sort().join();
}

/** Of what had been sent before, the first time stands. */
export async function noteDelivered(
  tx: WriteTransaction,
  { fromSequence, toSequence, ...reader }: Delivery,
  atMs: number,
): Promise<void> {
  // As a rule it goes on behind everything that was sent, and one look tells.
  const last = await lastBefore(tx, reader, Number.MAX_SAFE_INTEGER);
  if (last === undefined || last.toSequence <= fromSequence) {
    const isJoined = last?.toSequence === fromSequence;
    const runFrom = isJoined
      ? await startOfRun(tx, reader, last)
      : fromSequence;
    await tx.put(deliveriesTable, keyOf(reader, toSequence), {
      fromSequence,
      runFrom,
      atMs,
    });
    return;
  }
  const gaps: { from: number; to: number }[] = [];
  for (let to = toSequence; to > fromSequence;) {
    const held = await stretchOf(tx, reader, to);
    if (held !== undefined) {
      to = await startOfRun(tx, reader, held);
      continue;
    }
    const below = await lastBefore(tx, reader, to);
    const from = Math.max(fromSequence, below?.toSequence ?? 0);
    gaps.unshift({ from, to });
    to = from;
  }
  for (const { from, to } of gaps) {
    const joined = await endingAt(tx, reader, from);
    const runFrom = joined ? await startOfRun(tx, reader, joined) : from;
    const row = { fromSequence: from, runFrom, atMs };
    await tx.put(deliveriesTable, keyOf(reader, to), row);
  }
}

/** When a row was first sent to the device with its bytes, at any of its places; null if it never was. */
export async function firstSentAt(
  tx: ReadTransaction,
  deviceId: DeviceId,
  recordType: string,
  places: readonly Pick<Place, "scopeId" | "sequence">[],
): Promise<number | null> {
  let first: number | null = null;
  for (const { scopeId, sequence } of places) {
    for (const reader of await readersOf(tx, deviceId, scopeId, recordType)) {
      const held = await stretchOf(tx, reader, sequence);
      if (held !== undefined) first = Math.min(first ?? held.atMs, held.atMs);
    }
  }
  return first;
}

export interface Sent {
  /** Of the row before the first of them. */
  readonly fromSequence: number;
  readonly sequence: number;
  readonly atMs: number;
}

/** The furthest row that had been sent to the device by then, with all before it that had been, without a gap. */
export async function furthestSent(
  tx: ReadTransaction,
  deviceId: DeviceId,
  recordType: string,
  scopeId: ScopeId,
  byMs: number,
): Promise<Sent | null> {
  let furthest: Sent | null = null;
  for (const reader of await readersOf(tx, deviceId, scopeId, recordType)) {
    const last = await lastSentBy(tx, reader, byMs);
    if (last === undefined || last.toSequence <= (furthest?.sequence ?? 0))
      continue;
    furthest = {
      fromSequence: await startOfRun(tx, reader, last, byMs),
      sequence: last.toSequence,
      atMs: last.atMs,
    };
  }
  return furthest;
}

async function lastSentBy(
  tx: ReadTransaction,
  reader: Reader,
  byMs: number,
): Promise<Stretch | undefined> {
  let last = await lastBefore(tx, reader, Number.MAX_SAFE_INTEGER);
  while (last !== undefined && last.atMs > byMs)
    last = await lastBefore(tx, reader, last.toSequence);
  return last;
}

/** Those of the device in the scope that are sent bytes of the type. */
async function readersOf(
  tx: ReadTransaction,
  deviceId: DeviceId,
  scopeId: ScopeId,
  recordType: string,
): Promise<readonly Reader[]> {
  const readers: Reader[] = [];
  const prefix = [deviceId, scopeId];
  let after: Key | undefined;
  for (;;) {
    const [next] = await tx.scan(deliveriesTable, {
      prefix,
      limit: 1,
      ...(after && { after }),
    });
    const readKey = next?.key[2];
    if (typeof readKey !== "string") return readers;
    if (readKey.split(",").includes(recordType))
      readers.push({ deviceId, scopeId, readKey });
    // Behind every stretch of this one: what is ordered next is another reader.
    after = [...prefix, readKey, Number.MAX_SAFE_INTEGER];
  }
}

/** Where the stretches that join this one without a gap begin; only those sent by then, if a time is given. */
async function startOfRun(
  tx: ReadTransaction,
  reader: Reader,
  { runFrom }: Pick<DeliveryRow, "runFrom">,
  byMs = Number.POSITIVE_INFINITY,
): Promise<number> {
  const before = await endingAt(tx, reader, runFrom);
  return before === undefined || before.atMs > byMs
    ? runFrom
    : startOfRun(tx, reader, before, byMs);
}

function endingAt(
  tx: ReadTransaction,
  reader: Reader,
  toSequence: number,
): Promise<DeliveryRow | undefined> {
  return tx.get(deliveriesTable, keyOf(reader, toSequence));
}

/** The stretch that holds a row. */
async function stretchOf(
  tx: ReadTransaction,
  reader: Reader,
  sequence: number,
): Promise<Stretch | undefined> {
  const [next] = await tx.scan(deliveriesTable, {
    prefix: prefixOf(reader),
    after: keyOf(reader, sequence - 1),
    limit: 1,
  });
  const found = next && { ...next.value, toSequence: Number(next.key[3]) };
  return found !== undefined && found.fromSequence < sequence
    ? found
    : undefined;
}

/** The last stretch that ends before a row. */
async function lastBefore(
  tx: ReadTransaction,
  reader: Reader,
  sequence: number,
): Promise<Stretch | undefined> {
  const [last] = await tx.scan(deliveriesTable, {
    prefix: prefixOf(reader),
    before: keyOf(reader, sequence),
    reverse: true,
    limit: 1,
  });
  return last && { ...last.value, toSequence: Number(last.key[3]) };
}

function prefixOf({ deviceId, scopeId, readKey }: Reader) {
  return [deviceId, scopeId, readKey];
}

function keyOf(reader: Reader, toSequence: number) {
  return [...prefixOf(reader), toSequence];
}
