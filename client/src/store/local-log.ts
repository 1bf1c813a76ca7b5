/**
 * The local log: every change this device holds, in one transaction with everything that must be true at the same time.
 * The log is the outbox. SPEC CL-1 to CL-8.
 *
 * Order of a write: the rows are committed, durable, and only then do those who listen hear which records changed. A write
 * that fails leaves nothing and tells nobody. All state is derived from rows; nothing is counted beside them.
 */
import type {
  ChangeHash,
  ChangesMessage,
  CheckpointClaims,
  Clock,
  Cursor,
  FetchedMessage,
  LeafProof,
  Manifest,
  Membership,
  PersonId,
  ReadTransaction,
  RecordId,
  RecordsMessage,
  Result,
  ReviewsMessage,
  ScopeId,
  SnapshotMessage,
  Store,
  Verdict,
  WriteTransaction,
} from "@suture/schema";

import {
  applyFetched,
  applyPage,
  applyRecords,
  applySnapshot,
  refusing,
  type RemoteEffect,
  type RemoteRefusal,
} from "./apply-remote.ts";
import { applyVerdict } from "./apply-verdicts.ts";
import { insertSaved, type NewChange } from "./insert-saved.ts";
import {
  localPartition,
  reviewsTable,
  type ScopeRow,
} from "./client-tables.ts";
import type { LocalChange } from "./local-change.ts";
import { withFacts, type WithFacts } from "./facts-write.ts";
import type { ReceivedHandler, StrandedHandler } from "./log-handlers.ts";
import { LogEvents, type LogChannel, type LogListener } from "./log-events.ts";
import { readFacts, replaceMemberships, type LogFacts } from "./log-facts.ts";
import {
  manifestOf,
  nextPush,
  unsyncedChanges,
  type PushBatch,
  type PushRequest,
} from "./push-order.ts";
import { makeRowsAgree, repairAfterDamage } from "./repair-log.ts";
import {
  findCommonPoint,
  forgetLostRows,
  incompleteRecords,
  missingChanges,
  keepOnly,
  keepReceipt,
  lostProof,
  narrowScope,
  regress,
  scopesOf,
  type LostProof,
  type RecordsToFetch,
} from "./scope-positions.ts";
import { StoreSpace } from "./store-space.ts";

export interface LocalLogDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** To the other logs of the same store, where there are any: the tabs of a browser, and its worker. */
  readonly channel?: LogChannel | undefined;
}

/** Nothing is kept of what is refused. */
type Applied = Result<RemoteEffect, RemoteRefusal>;

/**
 * Opens the log over a store with `clientTables`. Makes sure first that the rows agree with each other; where others may have the
 * store open and be at work, only what damage left.
 */
export async function openLocalLog(deps: LocalLogDeps): Promise<LocalLog> {
  const nowMs = deps.clock.now();
  await deps.store.write(localPartition, (tx) =>
    deps.channel === undefined
      ? makeRowsAgree(tx, nowMs)
      : repairAfterDamage(tx, nowMs),
  );
  return new LocalLog(deps, await deps.store.read(localPartition, readFacts));
}

export class LocalLog {
  /** The store itself, which knows whether there is space in it. */
  readonly space: StoreSpace;
  readonly #clock: Clock;
  readonly #events: LogEvents;
  #whenStranded: StrandedHandler = () => Promise.resolve();
  #whenReceived: ReceivedHandler = () => Promise.resolve();
  #facts: LogFacts;
  /** What the others commit is told in their order, each after what it says about facts was read. */
  #hearing: Promise<unknown> = Promise.resolve();

  constructor({ store, clock, channel }: LocalLogDeps, facts: LogFacts) {
    this.space = new StoreSpace(store);
    this.#clock = clock;
    this.#facts = facts;
    this.#events = new LogEvents(channel);
    channel?.listen((event) => {
      const hear = async () => {
        if (event.hasNewFacts) await this.#readFactsAnew();
        this.#events.tellHere(event);
      };
      // A store that fails here fails whoever reads next, and says so there.
      this.#hearing = this.#hearing.then(hear).catch(() => undefined);
    });
  }

  /** As of the last commit. */
  get facts(): LogFacts {
    return this.#facts;
  }

  /** Called after each commit with the records it concerns. Gives back how to stop. */
  subscribe(listener: LogListener): () => void {
    return this.#events.subscribe(listener);
  }

  /** There is one: it knows what changes mean, which the log does not. SPEC SW-5. */
  whenStranded(handler: StrandedHandler): void {
    this.#whenStranded = handler;
  }

  /** There is one, for a log whose records others show. SPEC WB-26. */
  whenReceived(handler: ReceivedHandler): void {
    this.#whenReceived = handler;
  }

  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T> {
    return this.space.read(localPartition, work);
  }

  /** For tables that are about no change, such as views. Tells nobody. */
  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T> {
    return this.space.write(localPartition, work);
  }

  /** For a change of rows of one record that is none of the below. */
  async writeAbout<T>(
    recordId: RecordId,
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T> {
    const result = await this.space.write(localPartition, work);
    this.#events.tell([recordId]);
    return result;
  }

  /**
   * One save: all of its changes, or none. Resolves once they are durable. Changes already here are left as they are.
   * `alongside` runs in the same transaction.
   */
  async save(
    changes: readonly NewChange[],
    alongside?: (tx: WriteTransaction) => Promise<void>,
  ): Promise<void> {
    const savedAtMs = this.#clock.now();
    const { result: stranded } = await this.#writeFacts(async (tx) => {
      const lost = await insertSaved(tx, changes, savedAtMs);
      if (lost.length > 0) await this.#whenStranded(tx, lost);
      await alongside?.(tx);
      return lost;
    });
    this.#events.tell(
      changes.map(({ recordId }) => recordId),
      { changed: stranded.length === 0 ? new Set() : null },
    );
  }

  /** Gives back what became stranded work. */
  async applyVerdicts(
    verdicts: readonly Verdict[],
  ): Promise<readonly LocalChange[]> {
    const nowMs = this.#clock.now();
    const recordIds = verdicts.map(({ recordId }) => recordId);
    const stranded = await this.space.write(localPartition, async (tx) => {
      const found: LocalChange[] = [];
      for (const verdict of verdicts)
        found.push(...(await applyVerdict(tx, verdict, nowMs)));
      if (found.length > 0) await this.#whenStranded(tx, found);
      await this.#whenReceived(tx, recordIds);
      return found;
    });
    // A refusal concerns what was composed on top as well.
    const isAnyRefused = verdicts.some(({ verdict }) => verdict === "refused");
    const hashes = new Set(verdicts.map(({ hash }) => hash));
    this.#events.tell(recordIds, { changed: isAnyRefused ? null : hashes });
    return stranded;
  }

  /** A page of a scope's log. Refused, and nothing kept, unless it continues the chain held here. */
  applyPage(page: ChangesMessage): Promise<Applied> {
    return this.#applyRemote((tx, nowMs) => applyPage(tx, page, nowMs));
  }

  /** `readTypes` are the types that whoever asked for it may read. */
  applySnapshot(
    page: SnapshotMessage,
    readTypes: readonly string[] = [],
  ): Promise<Applied> {
    return this.#applyRemote((tx, nowMs) =>
      applySnapshot(tx, page, readTypes, nowMs),
    );
  }

  applyFetched(message: FetchedMessage): Promise<Applied> {
    return this.#applyRemote((tx, nowMs) => applyFetched(tx, message, nowMs));
  }

  applyRecords(message: RecordsMessage): Promise<Applied> {
    return this.#applyRemote((tx, nowMs) => applyRecords(tx, message, nowMs));
  }

  /** Opened and closed review tasks. `isComplete` when the message lists all that are open, as after `welcome`. */
  async applyReviews(
    { open, closed }: Pick<ReviewsMessage, "open" | "closed">,
    isComplete = false,
  ): Promise<void> {
    const { result, facts } = await this.#writeFacts(async (tx) => {
      const recordIds = open.map(({ recordId }) => recordId);
      const ended: string[] = closed.map(({ reviewId }) => reviewId);
      const held = await tx.scan(reviewsTable);
      for (const { key, value } of held) {
        const isStillOpen = open.some(
          ({ reviewId }) => reviewId === value.reviewId,
        );
        if (!ended.includes(value.reviewId) && (!isComplete || isStillOpen))
          continue;
        await tx.delete(reviewsTable, key);
        recordIds.push(value.recordId);
      }
      for (const task of open)
        await tx.put(reviewsTable, [task.reviewId], task);
      return recordIds;
    });
    if (facts !== undefined) this.#events.tell(result, { hasNewFacts: true });
  }

  /** The person's rights as `welcome`, `scope-granted` and `scope-revoked` say. */
  async saveMemberships(
    personId: PersonId,
    memberships: readonly Membership[],
  ): Promise<void> {
    const { facts } = await this.#writeFacts((tx) =>
      replaceMemberships(tx, personId, memberships),
    );
    this.#events.tell([], { hasNewFacts: facts !== undefined });
  }

  /**
   * Keeps a checkpoint whose signature and paths the caller has verified, for each scope where this device's own chain goes
   * through the leaf's: every row up to there is confirmed. Answers the scopes where it does not.
   */
  async applyCheckpoint(
    {
      organizationId,
      number,
    }: Pick<CheckpointClaims, "organizationId" | "number">,
    jws: string,
    proofs: readonly LeafProof[],
  ): Promise<readonly ScopeId[]> {
    const { result, facts } = await this.#writeFacts(async (tx) => {
      const unlike: ScopeId[] = [];
      for (const proof of proofs) {
        const receipt = {
          organizationId,
          checkpointNumber: number,
          jws,
          proof,
        };
        if (!(await keepReceipt(tx, receipt))) unlike.push(proof.leaf.scopeId);
      }
      return unlike;
    });
    this.#events.tell([], { hasNewFacts: facts !== undefined });
    return result;
  }

  /** What to send next, or null. SPEC CL-7. */
  nextPush(request: PushRequest): Promise<PushBatch | null> {
    return this.read((tx) => nextPush(tx, request));
  }

  /** `except` leaves out what is on its way: for "what is left after this batch". */
  manifest(except?: ReadonlySet<string>): Promise<Manifest> {
    return this.read((tx) => manifestOf(tx, this.#clock.now(), except));
  }

  unsynced(): Promise<readonly LocalChange[]> {
    return this.read(unsyncedChanges);
  }

  scopes(): Promise<ReadonlyMap<ScopeId, ScopeRow>> {
    return this.read(scopesOf);
  }

  /** Changes known by name only, to be fetched. */
  missing(
    limit: number,
    mayBeAsked: (recordId: RecordId, hash: ChangeHash) => boolean = () => true,
  ): Promise<readonly Pick<LocalChange, "recordId" | "hash">[]> {
    return this.read((tx) => missingChanges(tx, limit, mayBeAsked));
  }

  /** Records of which only the latest came, of one scope, to be fetched whole. */
  incompleteRecords(
    limit: number,
    mayBeAsked: (scopeId: ScopeId, recordId: RecordId) => boolean = () => true,
  ): Promise<RecordsToFetch | null> {
    return this.read((tx) => incompleteRecords(tx, limit, mayBeAsked));
  }

  /** The server's log does not hold what this device was told: finds the common point, and returns the rest to pending. */
  async regress(
    scopeId: ScopeId,
    samples: readonly Cursor[],
  ): Promise<Cursor | null> {
    const { result } = await this.#writeFacts(async (tx) => {
      const common = await findCommonPoint(tx, scopeId, samples);
      return { common, recordIds: await regress(tx, scopeId, common) };
    });
    const { common, recordIds } = result;
    this.#events.tell(recordIds, { isReset: true, hasNewFacts: true });
    return common;
  }

  /** What to show a restored server, so that it lets other people's work be brought back; null when there is none. */
  lostProof(scopeId: ScopeId): Promise<LostProof | null> {
    return this.read((tx) => lostProof(tx, scopeId));
  }

  async forgetLostRows(scopeId: ScopeId): Promise<void> {
    this.#events.tell(await this.write((tx) => forgetLostRows(tx, scopeId)));
  }

  /** From now on a scope's rows come as somebody gets them who may read these types. */
  narrowScope(scopeId: ScopeId, readTypes: readonly string[]): Promise<void> {
    return this.write((tx) => narrowScope(tx, scopeId, readTypes));
  }

  /** By scope the types that somebody here may read; the rest leaves. Work that was never accepted stays. */
  async keepOnly(
    typesByScope: ReadonlyMap<ScopeId, readonly string[]>,
  ): Promise<void> {
    const { result } = await this.#writeFacts((tx) =>
      keepOnly(tx, typesByScope),
    );
    this.#events.tell(result, { isReset: true });
  }

  async #applyRemote(
    work: (tx: WriteTransaction, nowMs: number) => Promise<RemoteEffect>,
  ): Promise<Applied> {
    const nowMs = this.#clock.now();
    const effect = await refusing(() =>
      this.space.write(localPartition, async (tx) => {
        const done = await work(tx, nowMs);
        await this.#whenReceived(tx, done.recordIds);
        return done;
      }),
    );
    if (effect.ok) this.#events.tell(effect.value.recordIds, effect.value);
    return effect;
  }

  /** For what may change rights, review tasks or confirmations. */
  async #writeFacts<T>(
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<WithFacts<T>> {
    const written = await this.write((tx) => withFacts(tx, work));
    this.#facts = written.facts ?? this.#facts;
    return written;
  }

  /** Unless a write of this log's told of later ones meanwhile. */
  async #readFactsAnew(): Promise<void> {
    const before = this.#facts;
    const facts = await this.read(readFacts);
    if (this.#facts === before) this.#facts = facts;
    else await this.#readFactsAnew();
  }
}
