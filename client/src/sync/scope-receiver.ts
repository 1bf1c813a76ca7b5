/**
 * Brings every scope of a session to where the server's log ends: pages behind our cursor, whole records where the scope (or
 * part of it) is new to this device, and the way back when the server's log no longer holds what it had said. SPEC SY-5 to SY-8.
 */
import { joinRestoreRows } from "@suture/schema";
import type {
  ClientMessage,
  Cursor,
  Membership,
  RecordId,
  Result,
  Role,
  ScopeId,
  ServerMessage,
  WelcomeMessage,
} from "@suture/schema";

import type { RemoteRefusal } from "../store/apply-remote.ts";
import type { ScopeRow } from "../store/client-tables.ts";
import type { LocalLog } from "../store/local-log.ts";
import { changeKey } from "../store/push-order.ts";

export interface ScopeReceiverDeps {
  readonly log: LocalLog;
  /** Names of the types of record that somebody of these roles may read. */
  readableTypes(roles: readonly Role[]): readonly string[];
  /** By scope what those who are signed in here may read, as last heard: the session's person and the others. */
  typesByScope(): Promise<ReadonlyMap<ScopeId, readonly string[]>>;
  ask(message: ClientMessage): void;
  /** A page that does not continue our chain, or a chunk that is not what it is called: the server is not to be believed. */
  onUnsound(refusal: RemoteRefusal): void;
}

type Message<Type extends ServerMessage["type"]> = Extract<
  ServerMessage,
  { type: Type }
>;

export class ScopeReceiver {
  readonly #deps: ScopeReceiverDeps;
  readonly #behind = new Set<ScopeId>();
  readonly #readTypes = new Map<ScopeId, readonly string[]>();
  /** The sequence up to which this session has stored pages. */
  readonly #storedUpTo = new Map<ScopeId, number>();
  #isFetchingRecords = false;
  /** `scope record`, of those of which this session was answered nothing: whoever else is on this device may read them, or nobody. */
  readonly #vain = new Set<string>();
  /** `changeKey` of the changes of which it was answered nothing. */
  readonly #vainChanges = new Set<string>();

  constructor(deps: ScopeReceiverDeps) {
    this.#deps = deps;
  }

  get isCaughtUp(): boolean {
    return this.#behind.size === 0;
  }

  /** `told`: the last row of each scope that this device knew of when it said hello. */
  async begin(
    { scopes, memberships }: WelcomeMessage,
    told: ReadonlyMap<ScopeId, number>,
  ): Promise<void> {
    for (const { scopeId, organizationId, end } of scopes) {
      if ((told.get(scopeId) ?? 0) > end.sequence)
        await this.#doubtBeyondCursor(scopeId);
      const cursor = await this.#readAs(scopeId, organizationId, memberships);
      // The first page, or `log-regressed`, comes unasked.
      if (cursor !== null && !isSamePoint(cursor, end))
        this.#behind.add(scopeId);
      await this.#offerProof(scopeId);
    }
    await this.#forgetUnreadable();
    await this.fetchMissing();
  }

  /** A scope that is new, or in which other types may be read than before. */
  async granted({
    scopeId,
    organizationId,
    memberships,
  }: Message<"scope-granted">): Promise<void> {
    this.#vain.clear();
    this.#vainChanges.clear();
    const cursor = await this.#readAs(scopeId, organizationId, memberships);
    await this.#forgetUnreadable();
    // The server may have stopped sending its rows by itself.
    if (cursor !== null) await this.pull(scopeId);
  }

  async revoked(scopeId: ScopeId): Promise<void> {
    this.#behind.delete(scopeId);
    this.#readTypes.delete(scopeId);
    await this.#forgetUnreadable();
  }

  async changed(message: Message<"changes">): Promise<void> {
    const { log, ask } = this.#deps;
    const { scopeId, cursor, hasMore } = message;
    const goesOn = this.#goesOn(message);
    const askForNext = () => ask({ type: "pull", scopeId, cursor });
    // It is on its way while this one is stored.
    if (hasMore && goesOn) askForNext();
    const applied = await log.applyPage(message);
    if (!applied.ok && applied.error.code === "not-next")
      return this.pull(scopeId);
    if (!applied.ok && applied.error.code === "told-otherwise") {
      this.#storedUpTo.delete(scopeId);
      await this.#doubtBeyondCursor(scopeId);
      return this.pull(scopeId);
    }
    this.#expectSound(applied);
    this.#storedUpTo.set(scopeId, cursor.sequence);
    if (this.#vain.size > 0)
      for (const { recordId, isReadable } of message.rows)
        if (isReadable) this.#vain.delete(`${scopeId} ${recordId}`);
    if (hasMore && !goesOn) askForNext();
    if (hasMore) this.#behind.add(scopeId);
    else this.#behind.delete(scopeId);
    await this.fetchMissing();
  }

  /** Whether it follows what this session stored last: what does not is asked for anew, from where this device stands. */
  #goesOn({ scopeId, rows }: Message<"changes">): boolean {
    const first = rows.at(0);
    return first?.sequence === (this.#storedUpTo.get(scopeId) ?? 0) + 1;
  }

  async fetched(message: Message<"fetched">): Promise<void> {
    for (const { recordId, hash, bytes } of message.items)
      if (bytes === null) this.#vainChanges.add(changeKey(recordId, hash));
    this.#expectSound(await this.#deps.log.applyFetched(message));
    await this.fetchMissing();
  }

  async records(message: Message<"records">): Promise<void> {
    this.#isFetchingRecords = false;
    for (const { recordId, changes } of message.records)
      if (changes.length === 0)
        this.#vain.add(`${message.scopeId} ${recordId}`);
    this.#expectSound(await this.#deps.log.applyRecords(message));
    await this.fetchMissing();
  }

  async snapshot(message: Message<"snapshot">): Promise<void> {
    const { log, ask } = this.#deps;
    const { scopeId, at, next } = message;
    const readTypes = this.#readTypes.get(scopeId) ?? [];
    // The next page is on its way while this one is stored.
    if (next !== null) ask({ type: "pull-snapshot", scopeId, at, after: next });
    this.#expectSound(await log.applySnapshot(message, readTypes));
    // What was admitted while the pages came.
    if (next === null) ask({ type: "pull", scopeId, cursor: at });
  }

  async regressed({
    scopeId,
    samples,
  }: Message<"log-regressed">): Promise<void> {
    const { log } = this.#deps;
    this.#storedUpTo.delete(scopeId);
    await log.regress(scopeId, samples);
    await this.#offerProof(scopeId);
    await this.pull(scopeId);
  }

  /** The server's answer to a proof: what it takes stays on hand until everything is back, whatever becomes of this socket. */
  async restorable({
    scopeId,
    isProven,
  }: Message<"restorable">): Promise<void> {
    if (!isProven) await this.#deps.log.forgetLostRows(scopeId);
  }

  /** Goes on where this device stands. */
  async pull(scopeId: ScopeId): Promise<void> {
    const { log, ask } = this.#deps;
    this.#behind.add(scopeId);
    const scope = (await log.scopes()).get(scopeId);
    if (scope?.cursor != null)
      return ask({ type: "pull", scopeId, cursor: scope.cursor });
    const { at = null, after = null } = scope?.snapshot ?? {};
    ask({ type: "pull-snapshot", scopeId, at, after });
  }

  async fetchMissing(): Promise<void> {
    const { log, ask } = this.#deps;
    const items = await log.missing(
      500,
      (recordId, hash) => !this.#vainChanges.has(changeKey(recordId, hash)),
    );
    if (items.length > 0) ask({ type: "fetch", items: [...items] });
    if (this.#isFetchingRecords) return;
    const incomplete = await log.incompleteRecords(
      100,
      (scopeId, recordId) =>
        this.#readTypes.has(scopeId) &&
        !this.#vain.has(`${scopeId} ${recordId}`),
    );
    if (incomplete === null) return;
    this.#isFetchingRecords = true;
    ask({ type: "fetch-records", ...incomplete });
  }

  /** The server was restored: what it had told of rows beyond where this device stands is gone. */
  async #doubtBeyondCursor(scopeId: ScopeId): Promise<void> {
    const { log } = this.#deps;
    const cursor = (await log.scopes()).get(scopeId)?.cursor;
    await log.regress(scopeId, cursor == null ? [] : [cursor]);
  }

  /** Every session anew: an earlier one may have ended before what was lost was back. */
  async #offerProof(scopeId: ScopeId): Promise<void> {
    const { log, ask } = this.#deps;
    const lost = await log.lostProof(scopeId);
    if (lost === null) return;
    const { from, rows, jws, proof } = lost;
    ask({ type: "restore", from, rows: joinRestoreRows(rows), jws, proof });
  }

  /**
   * Takes up a scope under the rights as they are now. Where the device holds whole what they can read it goes on where it
   * stands, and answers where that is; else records come whole, and known ones change nothing. SPEC SY-25.
   */
  async #readAs(
    scopeId: ScopeId,
    organizationId: RecordId,
    memberships: readonly Membership[],
  ): Promise<Cursor | null> {
    const { log, readableTypes, ask } = this.#deps;
    const readTypes = readableTypes(
      memberships
        .filter((held) => held.organizationId === organizationId)
        .flatMap(({ roles }) => roles),
    );
    this.#readTypes.set(scopeId, readTypes);
    await log.narrowScope(scopeId, readTypes);
    const scope = (await log.scopes()).get(scopeId);
    if (scope !== undefined && !isWhole(scope, readTypes)) {
      this.#behind.add(scopeId);
      ask({ type: "pull-snapshot", scopeId, at: null, after: null });
      return null;
    }
    const cursor = scope?.cursor ?? null;
    if (cursor === null) await this.pull(scopeId);
    return cursor;
  }

  async #forgetUnreadable(): Promise<void> {
    const { log, typesByScope } = this.#deps;
    await log.keepOnly(await typesByScope());
  }

  #expectSound(applied: Result<unknown, RemoteRefusal>): void {
    if (!applied.ok) this.#deps.onUnsound(applied.error);
  }
}

/** Whether what is here, or the snapshot that was begun, leaves out nothing of these types. */
function isWhole(scope: ScopeRow, readTypes: readonly string[]): boolean {
  const held =
    scope.cursor === null ? scope.snapshot?.readTypes : scope.readTypes;
  return readTypes.every((type) => held?.includes(type) === true);
}

function isSamePoint(left: Cursor, right: Cursor): boolean {
  return (
    left.sequence === right.sequence &&
    left.chain === right.chain &&
    left.epoch === right.epoch
  );
}
