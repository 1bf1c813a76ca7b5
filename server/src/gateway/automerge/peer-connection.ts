/**
 * One connection of a plain Automerge client, from the socket's opening to its end.
 *
 * Order: `join`, once, within its deadline → `peer` → what either side has to say of records, each record by itself. What a peer
 * asks is answered one after the other in the order it came; news of records come in between. A refused change closes its record
 * for this peer and ends nothing; bytes that are no message end this connection and no other. SPEC PA-3 to PA-10.
 */
import {
  closeCodes,
  decodeRepoMessage,
  encodeEphemeral,
  encodeRepoMessage,
  isRecordId,
  readPeerSyncMessage,
  repoProtocolVersion,
} from "@suture/schema";
import type {
  CloseName,
  DeviceId,
  MessageSocket,
  PersonId,
  RecordId,
  RepoPeerMessage,
  RepoServerMessage,
  Timer,
} from "@suture/schema";
import type { TicketHolder } from "../../identity/automerge-tickets.ts";
import { noAccess, readAccess } from "../sync/access.ts";
import type { Access } from "../sync/access.ts";
import { closeSentences } from "../sync/close-sentences.ts";
import { RequestQueue } from "../sync/request-queue.ts";
import { SessionBudget } from "../sync/session-budget.ts";
import { StalledReaderWatch } from "../sync/stalled-reader-watch.ts";
import { answerRecord } from "./answer-record.ts";
import type { AutomergeDeps } from "./automerge-deps.ts";
import { automergeLimits } from "./automerge-limits.ts";
import { RecordPair, type PeerRefusal } from "./record-pair.ts";
import { takeChanges } from "./take-changes.ts";

type SyncSaid = Extract<RepoPeerMessage, { readonly type: "request" | "sync" }>;
/** Without who says it to whom. */
type Said<M> = M extends unknown ? Omit<M, "senderId" | "targetId"> : never;

export class PeerConnection {
  readonly connectionId: string;
  readonly holder: TicketHolder;
  readonly budget: SessionBudget;
  readonly #deps: AutomergeDeps;
  readonly #socket: MessageSocket;
  readonly #onEnded: () => void;
  readonly #queue: RequestQueue;
  readonly #readerWatch: StalledReaderWatch;
  readonly #pairs = new Map<RecordId, RecordPair>();
  #deadline: Timer;
  #access: Access = noAccess;
  /** How often rights may have changed since they were last read. */
  #staleCount = 0;
  /** What the peer calls itself; null until it has joined. */
  #name: string | null = null;
  #ephemeralCount = 0;
  #unreadableCount = 0;
  #heldBytes = 0;
  #isClosed = false;
  #isListening = true;

  constructor(
    deps: AutomergeDeps,
    socket: MessageSocket,
    holder: TicketHolder,
    connectionId: string,
    onEnded: () => void,
  ) {
    const { limits, timers, log } = deps;
    this.#deps = deps;
    this.#socket = socket;
    this.holder = holder;
    this.connectionId = connectionId;
    this.#onEnded = onEnded;
    this.budget = new SessionBudget(deps, this);
    this.#readerWatch = new StalledReaderWatch(deps, this);
    this.#queue = new RequestQueue({
      timers,
      maxCount: automergeLimits.maxQueuedMessages,
      maxBytes: limits.maxQueuedBytes,
      onFailed: (cause) => {
        log.error("automerge.failed", { connectionId }, cause);
        this.end("server-failed");
      },
    });
    this.#deadline = timers.after(limits.helloDeadlineMs, () =>
      this.end("hello-late"),
    );
    socket.listen({
      onFrame: (frame) => this.#receive(frame),
      onClose: () => this.#finish(),
    });
  }

  get personId(): PersonId {
    return this.holder.personId;
  }

  get deviceId(): DeviceId {
    return this.holder.deviceId;
  }

  get access(): Access {
    return this.#access;
  }

  get areRightsStale(): boolean {
    return this.#staleCount > 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  /** Also while it is not known yet: whoever asks will have the rights read again. */
  isMember(memberId: RecordId): boolean {
    if (this.#access === noAccess) return true;
    return this.#access.memberships.some((held) => held.memberId === memberId);
  }

  send(message: Said<RepoServerMessage>): void {
    if (this.#isClosed) return;
    const frame = this.#encode(message);
    this.budget.charge({ bytes: frame.length });
    this.#socket.send(frame);
    this.#readerWatch.noteSent(frame.length);
    if (this.bufferedBytes > this.#deps.limits.maxBufferedBytes)
      this.end("slow-reader");
  }

  /** Says in an ephemeral message of the record why nothing more of it is taken. */
  tellRefused(documentId: RecordId, refusal: PeerRefusal): void {
    const { connectionId } = this;
    const { code } = refusal;
    this.#deps.log.info("automerge.refused", { connectionId, code });
    this.#ephemeralCount += 1;
    this.send({
      type: "ephemeral",
      documentId,
      sessionId: connectionId,
      count: this.#ephemeralCount,
      data: encodeEphemeral({ type: "suture-refused", ...refusal }),
    });
  }

  /** Says why, then closes. Idempotent. */
  end(name: CloseName, message: string = closeSentences[name]): void {
    if (this.#isClosed) return;
    const { connectionId } = this;
    this.#deps.log.info("automerge.ended", { connectionId, reason: name });
    this.#socket.send(this.#encode({ type: "error", message }));
    this.#finish();
    this.#socket.close(closeCodes[name], name);
  }

  /** There may be news of these records; those that the peer never spoke of are none of its business. */
  wake(recordIds: Iterable<RecordId>): void {
    for (const recordId of recordIds) {
      const pair = this.#pairs.get(recordId);
      if (pair === undefined || pair.isAwake) continue;
      pair.isAwake = true;
      this.#queue.add(async () => {
        pair.isAwake = false;
        if (await this.#hasTurn())
          await answerRecord(this.#deps, this, pair, null);
      });
    }
  }

  /** Rights may have changed: nothing more is told under the old ones. */
  refreshAccess(): void {
    if (this.#isClosed) return;
    this.#staleCount += 1;
    this.#queue.add(() => this.settleRights());
  }

  /** Resolves once rights are those of now. For tasks of the connection's own queue. */
  async settleRights(): Promise<void> {
    while (this.#staleCount > 0 && !this.#isClosed) {
      const dueCount = this.#staleCount;
      const access = await readAccess(this.#deps, this.personId);
      this.#access = access;
      this.#staleCount -= dueCount;
      if (access.memberships.length === 0) return this.end("not-permitted");
      this.wake(this.#pairs.keys());
    }
  }

  /** Waits until the person may write something more; false where they may not at all. */
  async mayWrite(): Promise<boolean> {
    const { automergeTickets } = this.#deps.identity;
    if (!(await this.#hasTurn())) return false;
    if (!(await automergeTickets.isGood(this.holder)))
      this.end("not-authenticated");
    return !this.#isClosed;
  }

  noteUnreadable(count: number): void {
    this.#unreadableCount += count;
    if (this.#unreadableCount >= automergeLimits.maxUnreadableChanges)
      this.end("message-malformed", "too many changes cannot be read");
  }

  /** What is remembered of the peer has grown, or shrunk, by so much. */
  noteHeld(byteCount: number): void {
    this.#heldBytes += byteCount;
    if (this.#heldBytes > automergeLimits.maxHeldBytes)
      this.end("rate-limited", "too much is to be remembered of this peer");
  }

  /** Whether what is kept back now is no more than one connection may have. */
  hasRoomForKept(): boolean {
    const kept = [...this.#pairs.values()].flatMap((pair) => pair.kept);
    const byteCount = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return (
      kept.length <= automergeLimits.maxKeptChanges &&
      byteCount <= automergeLimits.maxKeptBytes
    );
  }

  /** Takes no more frames, and puts nothing off any more. */
  stopListening(): void {
    this.#isListening = false;
    this.#queue.hurry();
  }

  settle(): Promise<void> {
    return this.#queue.settle();
  }

  #receive(frame: Uint8Array): void {
    if (this.#isClosed || !this.#isListening) return;
    this.budget.charge({ requests: 1, bytes: frame.length });
    if (!this.#queue.hasRoomFor(frame.length)) return this.end("rate-limited");
    this.#queue.add(() => this.#handle(frame), frame.length);
  }

  async #handle(frame: Uint8Array): Promise<void> {
    if (!(await this.#hasTurn())) return;
    const decoded = this.budget.work.during(() => decodeRepoMessage(frame));
    if (!decoded.ok) return this.end(decoded.error.code, decoded.error.reason);
    const message = decoded.value;
    if ((message.type === "join") !== (this.#name === null))
      return this.end("hello-expected");
    if (message.type === "join") return this.#join(message);
    if (message.senderId !== this.#name)
      return this.end("message-malformed", "the sender is not who joined");
    if (message.type === "sync" || message.type === "request")
      await this.#sync(message);
    this.budget.settle();
  }

  async #join({
    senderId,
    supportedProtocolVersions: versions,
  }: Extract<RepoPeerMessage, { readonly type: "join" }>): Promise<void> {
    const { clock, identity, log, timers } = this.#deps;
    this.#name = senderId;
    this.#deadline.cancel();
    if (versions !== undefined && !versions.includes(repoProtocolVersion))
      return this.end("version-unsupported");
    // Before anything is asked, so that no end of it goes unnoticed.
    this.#deadline = timers.after(
      Math.max(0, this.holder.expiresAtMs - clock.now()),
      () => this.end("not-authenticated"),
    );
    this.#staleCount += 1;
    await this.settleRights();
    // An end is announced to the connections there are, and this one was not yet while its ticket was looked at.
    if (!(await identity.automergeTickets.isGood(this.holder)))
      return this.end("not-authenticated");
    const { connectionId, deviceId } = this;
    log.info("automerge.opened", { connectionId, deviceId });
    this.send({
      type: "peer",
      // Its states are not worth keeping: they begin anew with each connection.
      peerMetadata: { isEphemeral: true },
      selectedProtocolVersion: repoProtocolVersion,
    });
  }

  async #sync({ documentId, data }: SyncSaid): Promise<void> {
    const said = this.budget.work.during(() => readPeerSyncMessage(data));
    if (!said.ok) return this.end("message-malformed", said.error.reason);
    if (!isRecordId(documentId))
      return this.send({ type: "doc-unavailable", documentId });
    const pair = this.#pairs.get(documentId) ?? new RecordPair(documentId);
    this.#pairs.set(documentId, pair);
    if (this.#pairs.size > automergeLimits.maxRecords)
      return this.end("rate-limited", "too many records on one connection");
    await this.settleRights();
    await takeChanges(this.#deps, this, pair, said.value.changes);
    if (!this.#isClosed) await answerRecord(this.#deps, this, pair, said.value);
  }

  /** Waits while the peer does not read, or is in debt; false where it is not to go on. */
  async #hasTurn(): Promise<boolean> {
    const { slowReaderBytes, slowReaderPollMs } = this.#deps.limits;
    for (;;) {
      if (this.#isClosed) return false;
      const isSlow = this.bufferedBytes > slowReaderBytes;
      const waitMs = isSlow ? slowReaderPollMs : this.budget.answerWaitMs();
      if (waitMs === 0) return true;
      if (!(await this.#queue.pause(waitMs))) return false;
    }
  }

  #encode(message: Said<RepoServerMessage>): Uint8Array {
    const names = {
      senderId: this.#deps.peerId,
      targetId: this.#name ?? "",
    };
    return this.budget.work.during(() =>
      encodeRepoMessage({ ...message, ...names }),
    );
  }

  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deadline.cancel();
    this.#readerWatch.stop();
    this.#queue.close();
    this.#pairs.clear();
    this.#onEnded();
  }
}
