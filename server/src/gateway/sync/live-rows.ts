/**
 * Where one session stands in each scope it replicates, and the rows it is forwarded as they are appended.
 *
 * Rows are forwarded where the session has read to the end and reads as fast as they come; else it is told once that there is
 * more, and pulls when it is ready. Nothing is forwarded while its rights are unsettled. SPEC SY-5, SY-16.
 */
import type { Cursor, ScopeId } from "@suture/schema";
import type { ScopeAccess } from "./access.ts";
import type { LogBatch } from "./log-batch.ts";
import type { ScopeFeed } from "./scope-feed.ts";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

export class LiveRows {
  readonly #deps: Pick<SyncDeps, "deliveries" | "limits">;
  readonly #session: SyncSession;
  readonly #feeds = new Map<ScopeId, ScopeFeed>();

  constructor(
    deps: Pick<SyncDeps, "deliveries" | "limits">,
    session: SyncSession,
  ) {
    this.#deps = deps;
    this.#session = session;
  }

  /** Where the session stands in a scope; one it had not asked for begins here, not live. */
  feedOf(access: ScopeAccess): ScopeFeed {
    const known = this.#feeds.get(access.scopeId);
    if (known !== undefined) return known;
    const feed = {
      access,
      position: null,
      isLive: false,
      isOwedNotice: false,
    };
    this.#feeds.set(access.scopeId, feed);
    return feed;
  }

  /** Takes up the rights as they are now; scopes that are no longer replicated are forgotten. */
  setAccess(scopes: ReadonlyMap<ScopeId, ScopeAccess>): void {
    for (const [scopeId, feed] of this.#feeds) {
      const access = scopes.get(scopeId);
      if (access === undefined) this.#feeds.delete(scopeId);
      else feed.access = access;
    }
  }

  /** The device begins anew in this scope. */
  forget(scopeId: ScopeId): void {
    this.#feeds.delete(scopeId);
  }

  offer(batch: LogBatch): void {
    const feed = this.#feeds.get(batch.scopeId);
    if (feed?.isLive !== true || feed.position === null) return;
    const behind = feed.position.sequence;
    if (behind >= batch.cursor.sequence) return;
    const session = this.#session;
    const isSlow = session.bufferedBytes > this.#deps.limits.slowReaderBytes;
    if (session.areRightsStale || isSlow || behind < batch.fromSequence) {
      this.fallBehind(batch.scopeId);
      return;
    }
    session.sendFrame(batch.frameFor(feed.access, session.deviceId, behind));
    this.#advance(feed, batch.cursor);
  }

  /** Ends live rows in a scope with a word that there is more; the device pulls when it is ready to. */
  fallBehind(scopeId: ScopeId): void {
    const feed = this.#feeds.get(scopeId);
    if (feed?.isLive !== true || feed.position === null) return;
    feed.isLive = false;
    // While rights are unsettled nothing is said either: the refresh does, should the scope remain.
    if (this.#session.areRightsStale) feed.isOwedNotice = true;
    else this.#tellMore(feed);
  }

  /** Says what was kept back in a scope while rights were unsettled. */
  tellOwed(scopeId: ScopeId): void {
    const feed = this.#feeds.get(scopeId);
    if (feed?.isOwedNotice === true) this.#tellMore(feed);
  }

  /** Notes that the device was sent the log up to a cursor. */
  #advance(feed: ScopeFeed, cursor: Cursor): void {
    const { scopeId, organizationId, memberId, readKey } = feed.access;
    this.#deps.deliveries.note({
      organizationId,
      memberId,
      readKey,
      deviceId: this.#session.deviceId,
      scopeId,
      fromSequence: feed.position?.sequence ?? 0,
      toSequence: cursor.sequence,
    });
    feed.position = cursor;
  }

  #tellMore(feed: ScopeFeed): void {
    const cursor = feed.position;
    feed.isOwedNotice = false;
    if (cursor === null) return;
    const { scopeId } = feed.access;
    this.#session.send({
      type: "changes",
      scopeId,
      rows: [],
      cursor,
      hasMore: true,
    });
  }
}
