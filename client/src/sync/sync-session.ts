/**
 * One open socket, from `hello` until it closes.
 *
 * Order: `hello` with cursors and manifest → `welcome` → then side by side: pushes, most critical first, each answered by
 * verdicts; pages of every scope behind our cursor; whatever the server says besides. Messages are applied one after the other
 * and each in one transaction, so a socket that dies anywhere leaves a log that can go on. Whatever is sent twice is harmless.
 *
 * "Can this write be completed?" instead of "are we online?": the line is judged by answers. Whoever is owed one longer than
 * `answerDeadlineMs` ends the session, and so does a message that makes no sense.
 */
import {
  closeCodes,
  decodeServerFrame,
  encodeFrame,
  organizationScope,
  protocolVersion,
  schemaVersion,
  teamScope,
  type ChangesMessage,
  type ClientMessage,
  type CloseName,
  type Clock,
  type DeviceId,
  type MessageSocket,
  type PersonId,
  type PresenceMessage,
  type Role,
  type ScopeId,
  type ServerMessage,
  type Timers,
  type Verdict,
  type WelcomeMessage,
} from "@suture/schema";
import { createLocalJWKSet } from "jose";

import type { LocalLog } from "../store/local-log.ts";
import { toldUpTo } from "../store/told-rows.ts";
import { joinPages } from "./join-pages.ts";
import { Liveness } from "./liveness.ts";
import { PushPump } from "./push-pump.ts";
import { ScopeReceiver } from "./scope-receiver.ts";
import {
  problemOfClose,
  retryAfterMsOf,
  syncProblem,
  type SyncProblem,
} from "./sync-problem.ts";
import { verifyCheckpoint } from "./verify-checkpoint.ts";

export interface SyncSessionDeps {
  readonly socket: MessageSocket;
  readonly log: LocalLog;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly deviceId: DeviceId;
  /** Whose token opened the socket. */
  readonly personId: PersonId;
  /** The sync tokens of everyone signed in on this device. */
  tokens(): Promise<ReadonlyMap<PersonId, string>>;
  /** A sync token of whoever opened the socket that is newer than the one in use; undefined if there is none to be had. */
  renewedToken(): Promise<string | undefined>;
  /** Names of the types of record that somebody of these roles may read. */
  readableTypes(roles: readonly Role[]): readonly string[];
  /** Said in `hello`, for people. */
  readonly appVersion: string;
  readonly events: SyncSessionEvents;
}

export interface SyncSessionEvents {
  onWelcome(message: WelcomeMessage): void;
  /** Every frame of the server: the line is alive. */
  onAnswer(): void;
  /** Something became durable on the server, or everything it has is here: reasons to forget earlier failures. */
  onProgress(): void;
  /** Nothing left to pull in any scope, and nothing to push. Told again whenever that becomes true. */
  onCaughtUp(): void;
  onPresence(message: PresenceMessage): void;
  /** Exactly once. `retryAfterMs` where the server said when. */
  onEnd(problem: SyncProblem, retryAfterMs?: number): void;
}

export class SyncSession {
  readonly #deps: SyncSessionDeps;
  readonly #liveness: Liveness;
  readonly #pump: PushPump;
  readonly #receiver: ScopeReceiver;
  #work: Promise<void> = Promise.resolve();
  /** The server's published keys, each made ready for verifying once. */
  #keys = createLocalJWKSet({ keys: [] });
  /** The page that came last, while nothing has come behind it and its turn has not. */
  #waiting: { page: ChangesMessage } | null = null;
  /** The last row of each scope that this device knew of when it said hello. */
  #told: ReadonlyMap<ScopeId, number> = new Map();
  #isWelcome = false;
  #hasReviews = false;
  #isEnded = false;
  #isRenewing = false;

  constructor(deps: SyncSessionDeps) {
    this.#deps = deps;
    const { log, personId, timers } = deps;
    this.#liveness = new Liveness({
      timers,
      sendPing: (number) => this.#ask({ type: "ping", number }),
      onSilence: () => this.#break(syncProblem("no-answer")),
    });
    this.#pump = new PushPump({
      log,
      timers,
      personId,
      tokens: () => deps.tokens(),
      send: (message) => this.#ask(message),
      onResume: () => this.push(),
    });
    this.#receiver = new ScopeReceiver({
      log,
      readableTypes: (roles) => deps.readableTypes(roles),
      typesByScope: () => this.#typesByScope(),
      ask: (message) => this.#ask(message),
      onUnsound: () =>
        this.#break(syncProblem("protocol-broken"), "message-malformed"),
    });
    deps.socket.listen({
      onFrame: (frame) => this.#receive(frame),
      onClose: (code) => {
        const problem = problemOfClose(code);
        this.#end(problem, retryAfterMsOf(problem));
      },
    });
  }

  async start(): Promise<void> {
    const [scopes, unsynced, told] = await Promise.all([
      this.#deps.log.scopes(),
      this.#deps.log.manifest(),
      this.#deps.log.read(toldUpTo),
    ]);
    this.#told = told;
    const cursors = Object.fromEntries(
      [...scopes].flatMap(([scopeId, { cursor }]) =>
        cursor === null ? [] : [[scopeId, cursor]],
      ),
    );
    this.#ask({
      type: "hello",
      protocolVersion,
      schemaVersion,
      appVersion: this.#deps.appVersion,
      deviceId: this.#deps.deviceId,
      cursors,
      unsynced,
    });
  }

  /** Something new may be in the log: pushes what can be pushed. */
  push(): void {
    this.#enqueue(() => this.#pushMore());
  }

  /** Ends the session without a problem; `onEnd` is not called. */
  stop(): void {
    this.#finish();
    this.#deps.socket.close(1000, "");
  }

  #receive(frame: Uint8Array): void {
    if (this.#isEnded) return;
    const message = decodeServerFrame(frame);
    if (!message.ok) {
      this.#break(
        syncProblem(this.#isWelcome ? "protocol-broken" : "wrong-server"),
        message.error.code,
      );
      return;
    }
    this.#liveness.noteAnswer();
    this.#deps.events.onAnswer();
    if (message.value.type === "changes") return this.#queuePage(message.value);
    this.#waiting = null;
    this.#enqueue(() => this.#apply(message.value));
  }

  /** What comes directly behind a page, before that page's turn, is stored with it. */
  #queuePage(page: ChangesMessage): void {
    const joined = this.#waiting && joinPages(this.#waiting.page, page);
    if (this.#waiting !== null && joined !== null) {
      this.#waiting.page = joined;
      return;
    }
    const waiting = { page };
    this.#waiting = waiting;
    this.#enqueue(() => {
      if (this.#waiting === waiting) this.#waiting = null;
      return this.#apply(waiting.page);
    });
  }

  async #apply(message: ServerMessage): Promise<void> {
    const { log, events } = this.#deps;
    if (
      !this.#isWelcome &&
      !["welcome", "busy", "error", "ping"].includes(message.type)
    ) {
      this.#end(syncProblem("wrong-server"));
      return;
    }
    switch (message.type) {
      case "welcome":
        return this.#welcomed(message);
      case "busy":
        this.#end(syncProblem("server-busy"), message.retryAfterMs);
        return this.#deps.socket.close(1000, "");
      case "error":
        // Its close code follows and says the same; on a bad line it never comes.
        return this.#liveness.expectAnswer();
      case "verdicts":
        return this.#judged(message.pushId, message.verdicts);
      case "push-deferred":
        return this.#pump.defer(message.pushId, message.retryAfterMs);
      case "answers-paused":
        return this.#liveness.notePause(message.resumeAfterMs);
      case "token-needed":
        // Beside what else is received: it may take a while, and needs another connection.
        void this.#renewToken();
        return;
      case "changes":
        await this.#receiver.changed(message);
        if (!message.hasMore) await this.#pushMore();
        return this.#reportIfCaughtUp();
      case "fetched":
        return this.#receiver.fetched(message);
      case "records":
        return this.#receiver.records(message);
      case "snapshot":
        return this.#receiver.snapshot(message);
      case "log-regressed":
        return this.#receiver.regressed(message);
      case "restorable":
        if (message.isProven) this.#pump.allowRestores();
        await this.#receiver.restorable(message);
        return this.#pushMore();
      case "checkpoint": {
        const verified = await verifyCheckpoint(message, this.#keys);
        if (verified.ok)
          await log.applyCheckpoint(
            verified.value.claims,
            message.jws,
            verified.value.proofs,
          );
        return;
      }
      case "keys":
        this.#keys = createLocalJWKSet({ keys: [...message.jwks.keys] });
        return;
      case "scope-granted":
        await log.saveMemberships(this.#deps.personId, message.memberships);
        await this.#receiver.granted(message);
        this.#pump.offerAgain();
        return this.#pushMore();
      case "scope-revoked":
        await log.saveMemberships(this.#deps.personId, message.memberships);
        await this.#receiver.revoked(message.scopeId);
        // It may have been the one whose page was still to come, after which what a restored server lost would have gone.
        await this.#pushMore();
        return this.#reportIfCaughtUp();
      case "reviews":
        await log.applyReviews(message, !this.#hasReviews);
        this.#hasReviews = true;
        return;
      case "presence":
        return events.onPresence(message);
      case "ping":
        this.#send({ type: "pong", number: message.number });
        // The welcome is owed still.
        if (!this.#isWelcome) this.#liveness.expectAnswer();
        return;
      case "pong":
        return;
    }
  }

  async #welcomed(message: WelcomeMessage): Promise<void> {
    if (this.#isWelcome) return this.#end(syncProblem("protocol-broken"));
    this.#isWelcome = true;
    this.#keys = createLocalJWKSet({ keys: [...message.jwks.keys] });
    const { log, events, personId } = this.#deps;
    await log.saveMemberships(personId, message.memberships);
    events.onWelcome(message);
    await this.#receiver.begin(message, this.#told);
    await this.#pushMore();
    this.#liveness.startPings();
    this.#reportIfCaughtUp();
  }

  async #judged(
    pushId: number | null,
    verdicts: readonly Verdict[],
  ): Promise<void> {
    await this.#deps.log.applyVerdicts(verdicts);
    if (this.#pump.settle(pushId, verdicts)) this.#deps.events.onProgress();
    await this.#pushMore();
    this.#reportIfCaughtUp();
  }

  async #pushMore(): Promise<void> {
    if (this.#isWelcome && !this.#isEnded) await this.#pump.pump();
  }

  /** Without a new token the connection ends with the old one, and the next attempt says what the person can do. */
  async #renewToken(): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const token = await this.#deps.renewedToken();
    this.#isRenewing = false;
    if (token !== undefined) this.#send({ type: "token", token });
  }

  async #typesByScope(): Promise<ReadonlyMap<ScopeId, readonly string[]>> {
    const { log, personId, tokens, readableTypes } = this.#deps;
    const signedIn = await tokens();
    const found = new Map<ScopeId, readonly string[]>();
    for (const held of log.facts.memberships) {
      if (held.personId !== personId && !signedIn.has(held.personId)) continue;
      const types = readableTypes(held.roles);
      const scopeIds = [
        organizationScope(held.organizationId),
        ...held.teamIds.map(teamScope),
      ];
      for (const scopeId of scopeIds)
        found.set(scopeId, [...(found.get(scopeId) ?? []), ...types]);
    }
    return found;
  }

  #reportIfCaughtUp(): void {
    if (
      this.#isEnded ||
      !this.#isWelcome ||
      !this.#receiver.isCaughtUp ||
      !this.#pump.isEmpty
    )
      return;
    this.#deps.events.onProgress();
    this.#deps.events.onCaughtUp();
  }

  #send(message: ClientMessage): void {
    if (!this.#isEnded) this.#deps.socket.send(encodeFrame(message));
  }

  /** Sends what must be answered. */
  #ask(message: ClientMessage): void {
    this.#send(message);
    if (!this.#isEnded) this.#liveness.expectAnswer();
  }

  /** One message at a time, in order; a failing store ends the session and loses nothing. */
  #enqueue(task: () => Promise<void> | void): void {
    this.#work = this.#work.then(async () => {
      if (this.#isEnded) return;
      try {
        await task();
      } catch {
        // The log's own reader reports a damaged or full store with its cause; here it only means that nothing can be received.
        this.#break(syncProblem("store-failed"));
      }
    });
  }

  /** Ends first, so that the socket's own close is not taken for the reason. */
  #break(problem: SyncProblem, closeName?: CloseName): void {
    this.#end(problem);
    if (closeName === undefined) this.#deps.socket.close(1000, "");
    else this.#deps.socket.close(closeCodes[closeName], closeName);
  }

  #end(problem: SyncProblem, retryAfterMs?: number): void {
    if (this.#isEnded) return;
    this.#finish();
    this.#deps.events.onEnd(problem, retryAfterMs);
  }

  #finish(): void {
    this.#isEnded = true;
    this.#liveness.stop();
    this.#pump.stop();
  }
}
