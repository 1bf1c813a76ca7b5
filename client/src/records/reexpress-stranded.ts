/**
 * Refused is not lost, on the device: in the transaction in which a refusal strands what was built on it, that later work is said
 * again at what its author had seen of the rest, under a fresh actor, and waits to be sent. SPEC SW-5 to SW-7.
 *
 * The original stays as stranded work and names what says it again. Nothing is said again of what was refused itself, where
 * it touches what was refused (`reexpressChange`), or where its author may not write it any more as last heard: that would only be
 * refused once more.
 */
import {
  actorIdSchema,
  bytesToHex,
  decodeChange,
  defaultChangeLimits,
  indexChange,
  interpretChange,
  reexpressChange,
  type ChangeHash,
  type Clock,
  type DecodedChange,
  type Edit,
  type LostChange,
  type Random,
  type ReadTransaction,
  type RecordId,
  type RecordType,
  type RecordTypes,
  type Role,
  type WriteTransaction,
} from "@suture/schema";

import {
  findChange,
  meaningOf,
  ChangeWriter,
  setProgress,
} from "../store/change-rows.ts";
import { changeBytesTable, membershipsTable } from "../store/client-tables.ts";
import type { LocalChange } from "../store/local-change.ts";
import type { StrandedHandler } from "../store/log-handlers.ts";
import { membershipIn, organizationOf } from "./author-of.ts";
import { checkPlanned } from "./check-planned.ts";
import { namedRecords } from "./named-records.ts";
import { loadRecordState, type RecordState } from "./record-state.ts";

export interface ReexpressDeps {
  readonly types: RecordTypes;
  readonly clock: Clock;
  readonly random: Random;
}

export function reexpressStranded(deps: ReexpressDeps): StrandedHandler {
  return async (tx, stranded) => {
    for (const recordId of new Set(stranded.map((row) => row.recordId))) {
      const hashes = stranded
        .filter((row) => row.recordId === recordId)
        .map(({ hash }) => hash);
      await new LostInRecord(deps, tx, recordId).sayAgain(new Set(hashes));
    }
  };
}

interface LostRow extends LostChange {
  readonly row: LocalChange;
  readonly reexpressedAs: ChangeHash | null;
}

/** The lost work of one record, within one transaction. */
class LostInRecord {
  readonly #deps: ReexpressDeps;
  readonly #tx: WriteTransaction;
  readonly #recordId: RecordId;
  readonly #lost = new Map<ChangeHash, LostRow>();
  readonly #edits = new Map<ChangeHash, readonly Edit[]>();

  constructor(deps: ReexpressDeps, tx: WriteTransaction, recordId: RecordId) {
    this.#deps = deps;
    this.#tx = tx;
    this.#recordId = recordId;
  }

  async sayAgain(stranded: ReadonlySet<ChangeHash>): Promise<void> {
    const { types } = this.#deps;
    const state = await loadRecordState(this.#tx, types, this.#recordId);
    if (!state.ok) return;
    for (const { row, edits } of state.value.changes)
      this.#edits.set(row.hash, edits);
    for (const row of state.value.refused)
      await this.#addLost(state.value, row);
    for (const lost of [...this.#lost.values()]) {
      const { progress, hash } = lost.row;
      const isOnTop =
        progress.state === "refused" && progress.code === "depends-on-refused";
      if (isOnTop && stranded.has(hash)) await this.#again(state.value, lost);
    }
  }

  async #addLost({ type }: RecordState, row: LocalChange): Promise<void> {
    const { hash, progress } = row;
    const bytes = await this.#tx.get(changeBytesTable, [this.#recordId, hash]);
    const decoded = bytes && decodeChange(bytes, defaultChangeLimits);
    const edits = decoded?.ok && interpretChange(type, decoded.value);
    // Damage on the disk, or a word this app does not know: it stays what it is.
    if (!decoded?.ok || !edits || !edits.ok) return;
    this.#lost.set(hash, {
      row,
      change: decoded.value,
      edits: edits.value,
      reexpressedAs:
        (progress.state === "refused" && progress.reexpressedAs) || null,
    });
  }

  async #again(state: RecordState, lost: LostRow): Promise<void> {
    const { type, index, fold } = state;
    const before = this.#behind(lost);
    const { types, random, clock } = this.#deps;
    const roles = await rolesOf(this.#tx, types, lost.row);
    // Nothing lost behind it: somebody else knows why it was refused, and saying it again would not help.
    if (before.length === 0 || roles === null) return;
    const chunks = reexpressChange({
      type,
      accepted: { index, editsOf: (hash) => this.#edits.get(hash) ?? [] },
      lost,
      before,
      actor: actorIdSchema.parse(bytesToHex(random.bytes(16))),
      timeMs: lost.row.authoredAtMs,
      attribute: (signed) => ({
        ...signed,
        nonce: bytesToHex(random.bytes(16)),
      }),
    });
    if (!chunks.ok) return;
    const composed = chunks.value.map((bytes) => readOwn(type, bytes));
    const isRefused = composed.some(
      ({ edits }) => checkPlanned(type, edits, fold, roles) !== null,
    );
    if (isRefused) return;
    const savedAtMs = clock.now();
    for (const { bytes, change, edits } of composed) {
      const indexed = indexChange(type, index, change);
      if (!indexed.ok) throw new Error(`composed here: ${indexed.error.code}`);
      index.add(indexed.value);
      fold.addChange(edits);
      this.#edits.set(change.hash, edits);
      await keepAsPending(this.#tx, lost.row, bytes, change, savedAtMs);
      this.#lost.set(lost.row.hash, { ...lost, reexpressedAs: change.hash });
    }
    const { reexpressedAs } = this.#lost.get(lost.row.hash) ?? lost;
    const { progress } = lost.row;
    if (progress.state === "refused" && reexpressedAs !== null)
      await setProgress(this.#tx, lost.row, { ...progress, reexpressedAs });
  }

  /** In local order, which is causal. */
  #behind({ row }: LostRow): readonly LostRow[] {
    const found = new Set<LostRow>();
    const open = [...row.deps];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const lost = this.#lost.get(next);
      if (lost === undefined || found.has(lost)) continue;
      found.add(lost);
      open.push(...lost.row.deps);
    }
    return [...this.#lost.values()].filter((lost) => found.has(lost));
  }
}

function readOwn(type: RecordType, bytes: Uint8Array) {
  const decoded = decodeChange(bytes, defaultChangeLimits);
  const edits = decoded.ok && interpretChange(type, decoded.value);
  if (!decoded.ok || !edits || !edits.ok)
    throw new Error("a change composed here is malformed");
  return { bytes, change: decoded.value, edits: edits.value };
}

/** As its author's work, with the urgency it had. A container that is here already stays as it is. */
async function keepAsPending(
  tx: WriteTransaction,
  { recordId, memberId, deviceId, personId, ...original }: LocalChange,
  bytes: Uint8Array,
  change: DecodedChange,
  savedAtMs: number,
): Promise<void> {
  if ((await findChange(tx, recordId, change.hash)) !== undefined) return;
  const row = {
    recordId,
    hash: change.hash,
    memberId,
    deviceId,
    personId,
    lane: original.lane,
    priority: original.priority,
    deps: [...change.deps],
    isCreation: false,
    refersTo: namedRecords(recordId, change),
    authoredAtMs: original.authoredAtMs,
    savedAtMs,
    progress: { state: "pending" as const, held: null, isRestore: false },
  };
  const added = await ChangeWriter.begin(tx);
  await added.insert(row, bytes, meaningOf(change));
  await added.end();
}

/** The rights its author was last known to have where it belongs; null for none at all. */
async function rolesOf(
  tx: ReadTransaction,
  types: RecordTypes,
  { recordId, personId }: LocalChange,
): Promise<ReadonlySet<Role> | null> {
  if (personId === null) return null;
  const held = await tx.scan(membershipsTable, { prefix: [personId] });
  const membership = membershipIn(
    held.map(({ value }) => value),
    await organizationOf(tx, types, recordId),
  );
  return membership === undefined ? null : new Set(membership.roles);
}
