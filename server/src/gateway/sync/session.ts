/**
 * One sync session, from the socket's opening to its end.
 *
 * Order: `hello`, once, within its deadline → `welcome`, the first page of every scope the device knows (or `log-regressed`, or
 * nothing where it is up to date), the open reviews, the colleagues' devices → then whatever either side says. Requests of one
 * session are answered one after the other in the order they came; live rows, notices and `pong` come in between.
 *
 * A bad change is refused in its verdict and ends nothing. A bad message ends this session, with a close code that says why,
 * and no other; what goes wrong here never leaves it. SPEC SY-1 to SY-5.
 */
import {
  closeCodes,
  decodeClientFrame,
  encodeFrame,
  protocolVersion,
  schemaVersion,
} from "@suture/schema";
import type {
  ClientMessage,
  CloseName,
  Cursor,
  DeviceId,
  HelloMessage,
  MessageSocket,
  PersonId,
  RecordId,
  ScopeId,
  ServerMessage,
  Timer,
} from "@suture/schema";
import type { VerifiedSyncToken } from "../../identity/sync-tokens.ts";
import { noAccess, readAccess, scopesIn } from "./access.ts";
import type { Access } from "./access.ts";
import { answerRequest } from "./answer-request.ts";
import { readOpenReviews } from "./read-open-reviews.ts";
import type { LogBatch } from "./log-batch.ts";
import { nodeCompression } from "./node-compression.ts";
import type { ScopeFeed } from "./scope-feed.ts";
import { firstPage } from "./send-pages.ts";
import type { SyncDeps } from "./sync-deps.ts";

/** A frame up to this size is decoded as it arrives, so that a `ping` does not wait behind a push. */
const decodeAtOnceBytes = 1_024;

const sentences: Readonly<Record<CloseName, string>> = {
  "message-malformed": "The message is not one of this protocol.",
  "not-authenticated": "The sign-in of this connection has ended.",
  "hello-expected": "A session begins with one hello, and with one only.",
  "not-permitted": "This connection may not do that.",
  "hello-late": "No hello came in time.",
  "message-too-large": "The message is larger than the limit.",
  "version-unsupported": "This server speaks another version.",
  "rate-limited": "Too much was asked at once; try again later.",
  "server-stopping": "The server is stopping; connect again soon.",
  "server-failed": "The server failed here; connect again soon.",
  "slow-reader": "What was sent is not being read, or nothing is heard.",
};

export class SyncSession {
  readonly sessionId: string;
  readonly caller: VerifiedSyncToken;
  readonly feeds = new Map<ScopeId, ScopeFeed>();
  readonly #socket: MessageSocket;
  readonly #deps: SyncDeps;
  readonly #onEnded: () => void;
  #access: Access = noAccess;
  #state: "new" | "open" | "closed" = "new";
  /** How often rights may have changed since they were last read: nothing is forwarded meanwhile. */
  #staleCount = 0;
  #queuedCount = 0;
  /** Of frames not decoded yet. */
  #queuedBytes = 0;
  #tail: Promise<void> = Promise.resolve();
  #timer: Timer;
  #lastHeardAtMs: number;
  #pingNumber = 0;

  constructor(
    deps: SyncDeps,
    socket: MessageSocket,
    caller: VerifiedSyncToken,
    sessionId: string,
    onEnded: () => void,
  ) {
    this.#deps = deps;
    this.#socket = socket;
    this.caller = caller;
    this.sessionId = sessionId;
    this.#onEnded = onEnded;
    this.#lastHeardAtMs = deps.clock.now();
    this.#timer = deps.timers.after(deps.limits.helloDeadlineMs, () =>
      this.end("hello-late"),
    );
    socket.listen({
      onFrame: (frame) => this.#receive(frame),
      onClose: () => this.#finish(),
    });
  }

  get deviceId(): DeviceId {
    return this.caller.deviceId;
  }

  get personId(): PersonId {
    return this.caller.personId;
  }

  get access(): Access {
    return this.#access;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Also while it is not known yet: whoever asks will have the rights read again. */
  isMember(memberId: RecordId): boolean {
    if (this.#state === "new") return true;
    return this.#access.memberships.some(
      (membership) => membership.memberId === memberId,
    );
  }

  send(message: ServerMessage): void {
    if (this.#state !== "closed")
      this.sendFrame(encodeFrame(message, nodeCompression));
  }

  /** A message encoded already; nothing once the session has ended. */
  sendFrame(frame: Uint8Array): void {
    if (this.#state === "closed") return;
    this.#socket.send(frame);
    if (this.#socket.bufferedBytes > this.#deps.limits.maxBufferedBytes)
      this.end("slow-reader");
  }

  /** Says why, then closes. Idempotent. */
  end(name: CloseName): void {
    if (this.#state === "closed") return;
    const { log } = this.#deps;
    log.info("session.ended", { sessionId: this.sessionId, reason: name });
    this.#socket.send(
      encodeFrame({ type: "error", code: name, message: sentences[name] }),
    );
    this.#finish();
    this.#socket.close(closeCodes[name], name);
  }

  /** Live rows: sent where the session is caught up and reads as fast as they come, else it is told to pull. */
  offer(batch: LogBatch): void {
    const feed = this.feeds.get(batch.scopeId);
    if (feed?.isLive !== true || feed.position === null) return;
    const behind = feed.position.sequence;
    if (behind >= batch.cursor.sequence) return;
    const { slowReaderBytes } = this.#deps.limits;
    const isSlow = this.#socket.bufferedBytes > slowReaderBytes;
    if (this.#staleCount > 0 || isSlow || behind < batch.fromSequence) {
      this.fallBehind(batch.scopeId);
      return;
    }
    this.sendFrame(batch.frameFor(feed.access, this.deviceId, behind));
    this.#advance(feed, batch.cursor);
  }

  /** Ends live rows in a scope with a word that there is more; the device pulls when it is ready to. */
  fallBehind(scopeId: ScopeId): void {
    const feed = this.feeds.get(scopeId);
    if (feed?.isLive !== true || feed.position === null) return;
    feed.isLive = false;
    // While rights are unsettled nothing is said either: the refresh does, should the scope remain.
    if (this.#staleCount > 0) feed.isOwedNotice = true;
    else this.#tellMore(feed);
  }

  /** Rights may have changed: stops forwarding at once, reads them again and says what became of each scope. */
  refreshAccess(): void {
    if (this.#state === "closed") return;
    this.#staleCount += 1;
    this.#enqueue(() => this.#refresh());
  }

  /** Resolves once everything received until now was answered. */
  async settle(): Promise<void> {
    let tail;
    do {
      tail = this.#tail;
      await tail;
    } while (tail !== this.#tail);
  }

  /** Notes that the device was sent the log up to a cursor. */
  #advance(feed: ScopeFeed, cursor: Cursor): void {
    const { scopeId, organizationId, memberId } = feed.access;
    this.#deps.deliveries.note({
      organizationId,
      memberId,
      deviceId: this.deviceId,
      scopeId,
      fromSequence: feed.position?.sequence ?? 0,
      toSequence: cursor.sequence,
    });
    feed.position = cursor;
  }

  #receive(frame: Uint8Array): void {
    if (this.#state === "closed") return;
    this.#lastHeardAtMs = this.#deps.clock.now();
    const { maxQueuedMessages, maxQueuedBytes } = this.#deps.limits;
    if (
      this.#queuedCount >= maxQueuedMessages ||
      this.#queuedBytes + frame.length > maxQueuedBytes
    ) {
      this.end("rate-limited");
      return;
    }
    if (frame.length > decodeAtOnceBytes) {
      this.#queuedBytes += frame.length;
      this.#enqueue(() => {
        this.#queuedBytes -= frame.length;
        const message = this.#decode(frame);
        return message === null ? Promise.resolve() : this.#handle(message);
      });
      return;
    }
    const message = this.#decode(frame);
    if (message === null) return;
    if (this.#state === "open" && message.type === "pong") return;
    if (this.#state === "open" && message.type === "ping")
      this.send({ type: "pong", number: message.number });
    else this.#enqueue(() => this.#handle(message));
  }

  #decode(frame: Uint8Array): ClientMessage | null {
    const decoded = decodeClientFrame(frame, nodeCompression);
    if (decoded.ok) return decoded.value;
    this.end(decoded.error.code);
    return null;
  }

  async #handle(message: ClientMessage): Promise<void> {
    if ((message.type === "hello") !== (this.#state === "new")) {
      this.end("hello-expected");
      return;
    }
    if (message.type === "hello") return this.#open(message);
    // What waited behind other requests while rights changed is answered under the new ones.
    while (this.#staleCount > 0 && this.isOpen) await this.#refresh();
    if (this.isOpen) await answerRequest(this.#deps, this, message);
  }

  async #open(hello: HelloMessage): Promise<void> {
    const { hub, identity, clock, limits, presence, log, checkpoints } =
      this.#deps;
    this.#timer.cancel();
    if (
      hello.protocolVersion !== protocolVersion ||
      hello.schemaVersion > schemaVersion
    )
      return this.end("version-unsupported");
    if (hello.deviceId !== this.deviceId) return this.end("not-authenticated");
    if (hub.size >= limits.maxSessions) {
      this.send({ type: "busy", retryAfterMs: limits.busyRetryAfterMs });
      return this.end("rate-limited");
    }
    // Before rights are read, so that no change of them goes unnoticed.
    hub.add(this);
    const access = await readAccess(this.#deps, this.personId);
    const { keys } = await identity.keys.jwks();
    if (this.#state === "closed") return;
    this.#state = "open";
    this.#setAccess(access);
    this.#schedulePing();
    this.send({
      type: "welcome",
      sessionId: this.sessionId,
      serverTimeMs: clock.now(),
      memberships: [...access.memberships],
      scopes: [...access.scopes.values()].map(
        ({ scopeId, organizationId, end }) => ({
          scopeId,
          organizationId,
          end,
        }),
      ),
      schemaVersions: [schemaVersion, schemaVersion],
      jwks: { keys: keys.map((key) => ({ ...key })) },
    });
    log.info("session.opened", {
      sessionId: this.sessionId,
      deviceId: this.deviceId,
      scopeCount: access.scopes.size,
    });
    for (const scope of access.scopes.values()) {
      const cursor = hello.cursors[scope.scopeId];
      if (cursor !== undefined)
        await firstPage(this.#deps, this, scope, cursor);
    }
    const open = await readOpenReviews(this.#deps.store, access);
    this.send({ type: "reviews", open: [...open], closed: [] });
    await presence.arrive(this, hello.unsynced);
    for (const { organizationId } of access.memberships) {
      const scopeIds = scopesIn(access, organizationId);
      const latest = await checkpoints.messageFor(organizationId, scopeIds);
      if (latest !== undefined) this.send(latest);
    }
  }

  #setAccess(access: Access): void {
    this.#access = access;
    this.#deps.hub.place(this, access.scopes.keys());
    for (const [scopeId, feed] of this.feeds) {
      const scope = access.scopes.get(scopeId);
      if (scope === undefined) this.feeds.delete(scopeId);
      else feed.access = scope;
    }
  }

  async #refresh(): Promise<void> {
    const dueCount = this.#staleCount;
    if (dueCount === 0) return;
    const before = this.#access;
    const access = await readAccess(this.#deps, this.personId);
    if (this.#state === "closed") return;
    this.#setAccess(access);
    this.#staleCount -= dueCount;
    const memberships = [...access.memberships];
    for (const scopeId of before.scopes.keys()) {
      if (!access.scopes.has(scopeId))
        this.send({ type: "scope-revoked", scopeId, memberships });
    }
    for (const scope of access.scopes.values()) {
      const { scopeId, organizationId, end } = scope;
      const known = before.scopes.get(scopeId);
      const isSameReading = known?.readKey === scope.readKey;
      if (!isSameReading || known.rightsKey !== scope.rightsKey) {
        const type = "scope-granted";
        this.send({ type, scopeId, organizationId, end, memberships });
      }
      const feed = this.feeds.get(scopeId);
      // What was sent under other rights is not what these rights give: the device begins anew.
      if (!isSameReading) this.feeds.delete(scopeId);
      else if (feed?.isOwedNotice === true && this.#staleCount === 0)
        this.#tellMore(feed);
    }
  }

  #tellMore(feed: ScopeFeed): void {
    const cursor = feed.position;
    feed.isOwedNotice = false;
    if (cursor === null) return;
    const { scopeId } = feed.access;
    this.send({ type: "changes", scopeId, rows: [], cursor, hasMore: true });
  }

  #schedulePing(): void {
    const { timers, limits, clock } = this.#deps;
    this.#timer.cancel();
    this.#timer = timers.after(limits.pingIntervalMs, () => {
      const silentMs = clock.now() - this.#lastHeardAtMs;
      if (clock.now() >= this.caller.expiresAtMs) this.end("not-authenticated");
      else if (silentMs >= 2 * limits.pingIntervalMs) this.end("slow-reader");
      else {
        this.send({ type: "ping", number: this.#pingNumber });
        this.#pingNumber += 1;
        this.#schedulePing();
      }
    });
  }

  #enqueue(task: () => Promise<void>): void {
    this.#queuedCount += 1;
    this.#tail = this.#tail.then(async () => {
      try {
        if (this.#state !== "closed") await task();
      } catch (cause) {
        const { sessionId } = this;
        this.#deps.log.error("session.failed", { sessionId }, cause);
        this.end("server-failed");
      } finally {
        this.#queuedCount -= 1;
      }
    });
  }

  #finish(): void {
    if (this.#state === "closed") return;
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#timer.cancel();
    this.#deps.hub.remove(this);
    if (wasOpen) this.#deps.presence.leave(this);
    this.#onEnded();
  }
}
