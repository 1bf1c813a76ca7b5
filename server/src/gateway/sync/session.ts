/**
 * One sync session, from the socket's opening to its end.
 *
 * Order: `hello`, once, within its deadline → what `open-session` tells → then whatever either side says. Requests of one
 * session are answered one after the other in the order they came; live rows, notices and `pong` come in between.
 *
 * A bad change is refused in its verdict and ends nothing. A bad message ends this session, with a close code that says why,
 * and no other; what goes wrong here never leaves it. SPEC SY-1 to SY-5.
 */
import { closeCodes, decodeClientFrame, encodeFrame } from "@suture/schema";
import type {
  ClientMessage,
  CloseName,
  DeviceId,
  HelloMessage,
  MessageSocket,
  PersonId,
  RecordId,
  ServerMessage,
  Timer,
} from "@suture/schema";
import type { VerifiedSyncToken } from "../../identity/sync-tokens.ts";
import { workMsOfOpening } from "../limits/budget-limits.ts";
import type { Access } from "./access.ts";
import { answerRequest } from "./answer-request.ts";
import { closeSentences } from "./close-sentences.ts";
import { KeepAlive } from "./keep-alive.ts";
import { LiveRows } from "./live-rows.ts";
import { nodeCompression } from "./node-compression.ts";
import { openSession } from "./open-session.ts";
import { PageSize } from "./page-size.ts";
import { RequestQueue } from "./request-queue.ts";
import { SessionBudget } from "./session-budget.ts";
import { SessionRights } from "./session-rights.ts";
import { StalledReaderWatch } from "./stalled-reader-watch.ts";
import type { SyncDeps } from "./sync-deps.ts";
import { TokenWatch } from "./token-watch.ts";

/** A frame up to this size is decoded as it arrives, so that a `ping` does not wait behind a push. */
const decodeAtOnceBytes = 1_024;

export class SyncSession {
  readonly sessionId: string;
  readonly live: LiveRows;
  readonly budget: SessionBudget;
  readonly pageSize: PageSize;
  readonly #socket: MessageSocket;
  readonly #deps: SyncDeps;
  readonly #onEnded: () => void;
  readonly #rights: SessionRights;
  readonly #queue: RequestQueue;
  readonly #keepAlive: KeepAlive;
  readonly #tokenWatch: TokenWatch;
  readonly #readerWatch: StalledReaderWatch;
  readonly #helloTimer: Timer;
  #caller: VerifiedSyncToken;
  #isListening = true;
  #state: "new" | "open" | "closed" = "new";

  constructor(
    deps: SyncDeps,
    socket: MessageSocket,
    caller: VerifiedSyncToken,
    sessionId: string,
    onEnded: () => void,
  ) {
    const { limits, timers } = deps;
    this.#deps = deps;
    this.#socket = socket;
    this.#caller = caller;
    this.sessionId = sessionId;
    this.#onEnded = onEnded;
    this.live = new LiveRows(deps, this);
    this.budget = new SessionBudget(deps, this);
    this.pageSize = new PageSize(deps.stopwatch);
    this.#rights = new SessionRights(deps, this);
    this.#keepAlive = new KeepAlive(deps, this);
    this.#tokenWatch = new TokenWatch(deps, this);
    this.#readerWatch = new StalledReaderWatch(deps, this);
    this.#queue = new RequestQueue({
      timers,
      maxCount: limits.maxQueuedMessages,
      maxBytes: limits.maxQueuedBytes,
      onFailed: (cause) => this.#fail(cause),
    });
    this.#helloTimer = timers.after(limits.helloDeadlineMs, () =>
      this.end("hello-late"),
    );
    socket.listen({
      onFrame: (frame) => this.#receive(frame),
      onClose: () => this.#finish(),
    });
  }

  /** Whose session it is; the token may be another than the one that opened it. */
  get caller(): VerifiedSyncToken {
    return this.#caller;
  }

  get deviceId(): DeviceId {
    return this.#caller.deviceId;
  }

  get personId(): PersonId {
    return this.#caller.personId;
  }

  get access(): Access {
    return this.#rights.access;
  }

  /** Rights may have changed since they were read: nothing may be said under them. */
  get areRightsStale(): boolean {
    return this.#rights.areStale;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  /** Also while it is not known yet: whoever asks will have the rights read again. */
  isMember(memberId: RecordId): boolean {
    if (this.#state === "new") return true;
    return this.access.memberships.some(
      (membership) => membership.memberId === memberId,
    );
  }

  send(message: ServerMessage): void {
    if (!this.isClosed) this.sendFrame(encodeFrame(message, nodeCompression));
  }

  /** What was asked for: encoding and sending it is part of what the request costs. */
  answer(message: ServerMessage): void {
    if (this.isClosed) return;
    const frame = this.budget.work.during(() =>
      encodeFrame(message, nodeCompression),
    );
    this.budget.charge({ bytes: frame.length });
    this.sendFrame(frame);
  }

  /** A message encoded already; nothing once the session has ended. */
  sendFrame(frame: Uint8Array): void {
    if (this.isClosed) return;
    this.#socket.send(frame);
    this.#readerWatch.noteSent(frame.length);
    if (this.bufferedBytes > this.#deps.limits.maxBufferedBytes)
      this.end("slow-reader");
  }

  /** Says why, then closes. Idempotent. */
  end(name: CloseName, message: string = closeSentences[name]): void {
    if (this.isClosed) return;
    const { sessionId } = this;
    this.#deps.log.info("session.ended", { sessionId, reason: name });
    this.#socket.send(encodeFrame({ type: "error", code: name, message }));
    this.#finish();
    this.#socket.close(closeCodes[name], name);
  }

  /** Not now: the device comes back no earlier than that. */
  endBusy(retryAfterMs: number): void {
    this.send({ type: "busy", retryAfterMs });
    this.end("rate-limited");
  }

  /** Goes on under a renewed token of the same person and device; another's ends the session. SPEC SY-27. */
  renew(caller: VerifiedSyncToken): void {
    const { personId, deviceId } = caller;
    if (personId !== this.personId || deviceId !== this.deviceId)
      return this.end("not-authenticated");
    this.#caller = caller;
    if (this.isOpen) this.#tokenWatch.start();
  }

  /** Rights may have changed: stops forwarding at once, reads them again and says what became of each scope. */
  refreshAccess(): void {
    if (this.isClosed) return;
    this.#rights.noteStale();
    this.#queue.add(() => this.#rights.settle());
  }

  /** Resolves once rights are those of now. */
  settleRights(): Promise<void> {
    return this.#rights.settle();
  }

  /** Does something once rights are those of now, and everything asked for before is answered. */
  afterRefresh(task: () => void): void {
    this.#queue.add(async () => {
      await this.#rights.settle();
      if (this.isOpen) task();
    });
  }

  /** Does something behind whatever devices ask for meanwhile. */
  doLater(task: () => Promise<void>): void {
    this.#deps.later.add(async () => {
      if (this.isOpen)
        await task().catch((cause: unknown) => this.#fail(cause));
    });
  }

  /** Takes no more frames, and puts nothing off any more. */
  stopListening(): void {
    this.#isListening = false;
    this.#queue.hurry();
  }

  /** Resolves once everything received until now was answered, or put off. */
  settle(): Promise<void> {
    return this.#queue.settle();
  }

  #receive(frame: Uint8Array): void {
    if (this.isClosed || !this.#isListening) return;
    this.#keepAlive.noteHeard();
    this.budget.charge({ requests: 1, bytes: frame.length });
    const waitMs = this.budget.listenWaitMs();
    if (waitMs > 0 && this.#state === "new") return this.endBusy(waitMs);
    if (!this.#queue.hasRoomFor(frame.length)) return this.end("rate-limited");
    if (waitMs > 0 || frame.length > decodeAtOnceBytes)
      return this.#queue.add(() => this.#readAndHandle(frame), frame.length);
    const message = this.#decode(frame);
    if (message === null) return;
    if (this.isOpen && message.type === "pong") return;
    if (this.isOpen && message.type === "ping")
      this.send({ type: "pong", number: message.number });
    else this.#queue.add(() => this.#handle(message));
  }

  async #readAndHandle(frame: Uint8Array): Promise<void> {
    if (!(await this.#waitWhile(() => this.budget.listenWaitMs()))) return;
    const message = this.#decode(frame);
    if (message !== null) await this.#handle(message);
  }

  #decode(frame: Uint8Array): ClientMessage | null {
    const decoded = this.budget.work.during(() =>
      decodeClientFrame(frame, nodeCompression),
    );
    this.budget.settle();
    if (decoded.ok) return decoded.value;
    this.end(decoded.error.code, decoded.error.reason);
    return null;
  }

  async #handle(message: ClientMessage): Promise<void> {
    if ((message.type === "hello") !== (this.#state === "new"))
      return this.end("hello-expected");
    if (message.type === "hello") return this.#open(message);
    if (!(await this.#hasTurn(message))) return;
    // What waited behind other requests while rights changed is answered under the new ones.
    await this.#rights.settle();
    if (this.isOpen) await answerRequest(this.#deps, this, message);
    this.budget.settle();
  }

  /** Waits until a request may be answered. A push is not put off here: it is deferred, so that it is not held meanwhile. */
  async #hasTurn(message: ClientMessage): Promise<boolean> {
    if (message.type === "push" || message.type === "token") return true;
    const { slowReaderBytes, slowReaderPollMs } = this.#deps.limits;
    while (this.bufferedBytes > slowReaderBytes)
      if (!(await this.#queue.pause(slowReaderPollMs))) return false;
    return this.#waitWhile(() => this.budget.answerWaitMs());
  }

  /** Tells the device how long it waits, each time; false where it is not to go on. */
  async #waitWhile(waitMsNow: () => number): Promise<boolean> {
    for (let waitMs = waitMsNow(); waitMs > 0; waitMs = waitMsNow()) {
      this.send({ type: "answers-paused", resumeAfterMs: waitMs });
      if (!(await this.#queue.pause(waitMs))) return false;
    }
    return !this.isClosed;
  }

  async #open(hello: HelloMessage): Promise<void> {
    this.#helloTimer.cancel();
    await openSession(this.#deps, this, hello, (access) => {
      this.#state = "open";
      this.#rights.set(access);
      this.budget.charge({ workMs: workMsOfOpening });
      this.#keepAlive.start();
    });
    if (this.isOpen) this.#tokenWatch.start();
    this.budget.settle();
  }

  #fail(cause: unknown): void {
    const { sessionId } = this;
    this.#deps.log.error("session.failed", { sessionId }, cause);
    this.end("server-failed");
  }

  #finish(): void {
    if (this.isClosed) return;
    const wasOpen = this.isOpen;
    this.#state = "closed";
    this.#helloTimer.cancel();
    this.#keepAlive.stop();
    this.#tokenWatch.stop();
    this.#readerWatch.stop();
    this.#queue.close();
    this.#deps.hub.remove(this);
    if (wasOpen) this.#deps.presence.leave(this);
    this.#onEnded();
  }
}
