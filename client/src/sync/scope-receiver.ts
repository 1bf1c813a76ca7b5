/**
 * Brings every scope of a session to where the server's log ends: pages behind our cursor, whole records where the scope (or
 * part of it) is new to this device, and the way back when the server's log no longer holds what it had said. SPEC SY-5 to SY-8.
 */
import type {
  ClientMessage,
  Cursor,
  Membership,
  Result,
  ScopeId,
  ServerMessage,
  WelcomeMessage,
} from "@suture/schema";

import type { RemoteRefusal } from "../store/apply-remote.ts";
import type { LocalLog } from "../store/local-log.ts";

export interface ScopeReceiverDeps {
  readonly log: LocalLog;
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

  constructor(deps: ScopeReceiverDeps) {
    this.#deps = deps;
  }

  get isCaughtUp(): boolean {
    return this.#behind.size === 0;
  }

  /** `before` are the rights as this device knew them. */
  async begin(
    { scopes, memberships }: WelcomeMessage,
    before: readonly Membership[],
  ): Promise<void> {
    const { log } = this.#deps;
    const known = await log.scopes();
    for (const { scopeId, organizationId, end } of scopes) {
      const cursor = known.get(scopeId)?.cursor ?? null;
      const now = memberships.find(
        (held) => held.organizationId === organizationId,
      );
      if (cursor !== null && isWidened(before, now)) this.#pullAnew(scopeId);
      else if (cursor === null) await this.pull(scopeId);
      // The first page, or `log-regressed`, comes unasked.
      else if (!isSamePoint(cursor, end)) this.#behind.add(scopeId);
      await this.#offerProof(scopeId);
    }
    const readable = new Set(scopes.map(({ scopeId }) => scopeId));
    for (const scopeId of known.keys())
      if (!readable.has(scopeId)) await log.forgetScope(scopeId);
    await this.fetchMissing();
  }

  /** A scope that is new, or one of which more may be read than before: its records come whole, known ones change nothing. */
  granted(scopeId: ScopeId): void {
    this.#pullAnew(scopeId);
  }

  async revoked(scopeId: ScopeId): Promise<void> {
    this.#behind.delete(scopeId);
    await this.#deps.log.forgetScope(scopeId);
  }

  async changed(message: Message<"changes">): Promise<void> {
    const { log, ask } = this.#deps;
    const { scopeId, cursor, hasMore } = message;
    const applied = await log.applyPage(message);
    if (!applied.ok && applied.error.code === "not-next")
      return this.pull(scopeId);
    this.#expectSound(applied);
    if (hasMore) {
      this.#behind.add(scopeId);
      ask({ type: "pull", scopeId, cursor });
    } else {
      this.#behind.delete(scopeId);
    }
    await this.fetchMissing();
  }

  async fetched(message: Message<"fetched">): Promise<void> {
    this.#expectSound(await this.#deps.log.applyFetched(message));
    await this.fetchMissing();
  }

  async snapshot(message: Message<"snapshot">): Promise<void> {
    const { log, ask } = this.#deps;
    const { scopeId, at, next } = message;
    this.#expectSound(await log.applySnapshot(message));
    if (next !== null) ask({ type: "pull-snapshot", scopeId, at, after: next });
    // What was admitted while the pages came.
    else ask({ type: "pull", scopeId, cursor: at });
  }

  async regressed({
    scopeId,
    samples,
  }: Message<"log-regressed">): Promise<void> {
    const { log } = this.#deps;
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
    const items = await this.#deps.log.missing(500);
    if (items.length > 0) this.#deps.ask({ type: "fetch", items: [...items] });
  }

  /** Every session anew: an earlier one may have ended before what was lost was back. */
  async #offerProof(scopeId: ScopeId): Promise<void> {
    const { log, ask } = this.#deps;
    const lost = await log.lostProof(scopeId);
    if (lost === null) return;
    const { from, rows, jws, proof } = lost;
    ask({ type: "restore", from, rows: [...rows], jws, proof });
  }

  #pullAnew(scopeId: ScopeId): void {
    this.#behind.add(scopeId);
    this.#deps.ask({ type: "pull-snapshot", scopeId, at: null, after: null });
  }

  #expectSound(applied: Result<unknown, RemoteRefusal>): void {
    if (!applied.ok) this.#deps.onUnsound(applied.error);
  }
}

/** Whether a role came that was not there: types of record may have become readable. */
function isWidened(
  before: readonly Membership[],
  now: Membership | undefined,
): boolean {
  const held = before.find(
    ({ organizationId }) => organizationId === now?.organizationId,
  );
  return (
    now !== undefined &&
    held !== undefined &&
    now.roles.some((role) => !held.roles.includes(role))
  );
}

function isSamePoint(left: Cursor, right: Cursor): boolean {
  return (
    left.sequence === right.sequence &&
    left.chain === right.chain &&
    left.epoch === right.epoch
  );
}
