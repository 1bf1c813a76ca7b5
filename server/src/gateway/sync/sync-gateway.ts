/**
 * The sync side of a server: takes authenticated sockets, and carries what was committed to whoever is here.
 *
 * Everything that admits changes (sockets, HTTP, import) does so through `admission` given back here, so that live sessions hear
 * of it: rows of their scopes, reviews, verdicts on work that had been waiting, and rights that changed. SPEC SY.
 */
import { bytesToHex } from "@suture/schema";
import type {
  CheckpointMessage,
  Clock,
  DeviceId,
  MessageSocket,
  PersonId,
  Random,
  RecordId,
  RecordTypes,
  ScopeId,
  Store,
  Timers,
} from "@suture/schema";
import type {
  Admission,
  AdmissionOutcome,
} from "../../admission/admit-batch.ts";
import type { Checkpointer } from "../../audit/checkpointer.ts";
import { noteReads } from "../../audit/append-audit.ts";
import type { Identity } from "../../identity/identity.ts";
import type { VerifiedSyncToken } from "../../identity/sync-tokens.ts";
import type { ReviewDelta } from "../../review/review-book.ts";
import type { SystemLog } from "../../system-log.ts";
import type { Budgets } from "../limits/budgets.ts";
import type { Stopwatch } from "../limits/stopwatch.ts";
import { scopesIn } from "./access.ts";
import { DeliveryRecorder } from "./delivery-recorder.ts";
import type { SentAt } from "./delivery-recorder.ts";
import { FanOut } from "./fan-out.ts";
import { Hub } from "./hub.ts";
import { LaterWork } from "./later-work.ts";
import { Presence } from "./presence.ts";
import { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";
import { SnapshotProgress } from "./snapshot-progress.ts";
import type { SyncLimits } from "./sync-limits.ts";

export interface SyncGatewayDeps {
  readonly store: Store;
  readonly recordTypes: RecordTypes;
  readonly identity: Pick<
    Identity,
    | "verifyBatchToken"
    | "isSyncTokenGood"
    | "devices"
    | "invitations"
    | "keys"
    | "onRevoked"
  >;
  readonly admission: Admission;
  readonly checkpoints: Pick<
    Checkpointer,
    "messageFor" | "noteAppended" | "onCheckpoint"
  >;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: SystemLog;
  readonly limits: SyncLimits;
  readonly budgets: Budgets;
  readonly stopwatch: Stopwatch;
  /** Resolves once whatever else waits for a turn has had one. */
  readonly yieldTurn: () => Promise<void>;
}

export interface SyncGateway {
  /** `admission` as given, and live sessions are told of what it commits. */
  readonly admission: Admission;
  /** Calls `listener` with whatever `admission` has committed, and who had brought it. */
  onAdmitted(
    listener: (outcome: AdmissionOutcome, personId: PersonId) => void,
  ): void;
  /** Begins a session for a device that was authenticated when its socket was opened. */
  accept(socket: MessageSocket, caller: VerifiedSyncToken): SyncSession;
  /** A person became a member of something by another way than a change: their sessions are told. */
  refreshPerson(personId: PersonId): void;
  /** Ends the device's sessions so that it comes back at once, and offers again what it was told to keep. SPEC EV-9. */
  reconnect(deviceId: DeviceId): void;
  readonly sessionCount: number;
  isConnected(deviceId: DeviceId, personId: PersonId): boolean;
  /** Resolves once everything received and committed until now was answered and forwarded. For tests. */
  settle(): Promise<void>;
  /** Answers what was received, says `server-stopping` to every session, and writes down what is still to be. */
  close(): Promise<void>;
}

export function createSyncGateway(deps: SyncGatewayDeps): SyncGateway {
  const { store, clock, timers, random, log, limits } = deps;
  const hub = new Hub();
  const fanOut = new FanOut({ store, hub, log });
  const deliveries = new DeliveryRecorder({
    store,
    clock,
    timers,
    log,
    flushMs: limits.deliveryFlushMs,
    alsoNote: async (tx, sent) => {
      for (const { organizationId } of sent.slice(0, 1))
        deps.checkpoints.noteAppended(organizationId);
      for (const [scopeId, ofScope] of byScope(sent))
        await noteReads(
          tx,
          { scopeId, atMs: clock.now() },
          ofScope.map(
            ({ atMs, memberId, deviceId, fromSequence, toSequence }) => ({
              kind: "delivered",
              atMs,
              memberId,
              deviceId,
              scopeId,
              fromSequence,
              toSequence,
            }),
          ),
        );
    },
  });
  const later = new LaterWork(deps.yieldTurn);
  const presence = new Presence({
    store,
    hub,
    identity: deps.identity,
    clock,
    timers,
    log,
    intervalMs: limits.presenceIntervalMs,
  });
  const admission: Admission = {
    ...deps.admission,
    async admit(author, changes, work) {
      const outcome = await deps.admission.admit(author, changes, work);
      announce(outcome, author.personId);
      return outcome;
    },
  };
  const sessions: SyncDeps = {
    ...deps,
    admission,
    hub,
    fanOut,
    deliveries,
    snapshots: new SnapshotProgress(),
    presence,
    later,
  };
  /** Sockets that have not said hello are in no hub yet. */
  const accepted = new Set<SyncSession>();
  const admittedListeners = new Set<
    (outcome: AdmissionOutcome, personId: PersonId) => void
  >();
  let isStopping = false;
  let told: Promise<unknown> = Promise.resolve();

  function announce(outcome: AdmissionOutcome, personId: PersonId): void {
    // Rights first: nothing may be forwarded under those that have just ended.
    const { membershipsChanged } = outcome;
    const touched = new Set(
      membershipsChanged.flatMap((memberId) => hub.ofMember(memberId)),
    );
    // A founder's sessions know nothing of the member they have just become; a new team's scope begins with its record.
    if (membershipsChanged.length > 0)
      for (const session of hub.ofPerson(personId)) touched.add(session);
    for (const session of touched) session.refreshAccess();
    fanOut.announce(outcome.appended);
    for (const { organizationId } of outcome.appended)
      deps.checkpoints.noteAppended(organizationId);
    for (const { delta } of outcome.reviews) tellReviews(delta);
    for (const { author, verdict } of outcome.released) {
      for (const session of hub.ofDevice(author.deviceId))
        session.send({ type: "verdicts", pushId: null, verdicts: [verdict] });
    }
    for (const listener of admittedListeners) listener(outcome, personId);
  }

  /** Each task to those who replicate its own scope and may read its record. */
  function tellReviews({ opened, closed }: ReviewDelta): void {
    const scopeIds = new Set(
      [...opened, ...closed].map(({ scopeId }) => scopeId),
    );
    for (const scopeId of scopeIds) {
      for (const session of hub.ofScope(scopeId)) {
        const tell = () => tellReviewsOf(session, scopeId, { opened, closed });
        if (session.areRightsStale) session.afterRefresh(tell);
        else tell();
      }
    }
  }

  function tellReviewsOf(
    session: SyncSession,
    scopeId: ScopeId,
    { opened, closed }: ReviewDelta,
  ): void {
    const access = session.access.scopes.get(scopeId);
    const isTold = (item: ReviewDelta["closed" | "opened"][number]) =>
      item.scopeId === scopeId && access?.mayRead(item.recordType) === true;
    const open = opened.filter(isTold);
    const ended = closed
      .filter(isTold)
      .map(({ reviewId, outcome }) => ({ reviewId, outcome }));
    if (open.length + ended.length > 0)
      session.send({ type: "reviews", open, closed: ended });
  }

  const stopListening = deps.identity.onRevoked((revocation) => {
    // Sessions over HTTP, and what they opened, have a life of their own.
    if (revocation.kind === "session") return;
    if (revocation.kind === "automerge-tickets") return;
    for (const session of accepted) {
      const isOnDevice =
        revocation.kind === "person" ||
        session.deviceId === revocation.deviceId;
      const isOfPerson =
        revocation.kind === "device" ||
        session.personId === revocation.personId;
      if (isOnDevice && isOfPerson)
        session.end(
          revocation.kind === "device" ? "not-permitted" : "not-authenticated",
        );
    }
  });

  /** Read once for all who replicate the same scopes. */
  async function tellCheckpoint(organizationId: RecordId): Promise<void> {
    const messages = new Map<string, Promise<CheckpointMessage | undefined>>();
    for (const session of hub.all()) {
      const scopeIds = scopesIn(session.access, organizationId);
      if (scopeIds.length === 0) continue;
      const key = scopeIds.join();
      const message =
        messages.get(key) ??
        deps.checkpoints.messageFor(organizationId, scopeIds);
      messages.set(key, message);
      const { access } = session;
      const found = await message;
      // A session whose rights change meanwhile gets the next one.
      if (found !== undefined && session.access === access) session.send(found);
    }
  }

  const stopCheckpoints = deps.checkpoints.onCheckpoint((organizationId) => {
    told = Promise.all([
      told,
      tellCheckpoint(organizationId).catch((cause: unknown) =>
        log.error("checkpoint.untold", { organizationId }, cause),
      ),
    ]);
  });

  const stopKeys = deps.identity.keys.onChanged(
    (published, isOneDistrusted) => {
      // Whose token it had signed cannot come back; the others show theirs again.
      if (isOneDistrusted)
        for (const session of [...accepted])
          session.end(
            "server-stopping",
            "Connect again with a token that holds.",
          );
      // Before the first checkpoint that a new key signs.
      const keys = published.map((key) => ({ ...key }));
      for (const session of hub.all())
        if (session.isOpen) session.send({ type: "keys", jwks: { keys } });
    },
  );

  function unopenedCount(): number {
    return accepted.size - hub.size;
  }

  /** Of those who have not said hello, the latest of whoever has most there: nobody fills the room and keeps the others out. */
  function latestOfMostCrowding(): SyncSession | undefined {
    const countsByPerson = new Map<PersonId, number>();
    let found: SyncSession | undefined;
    let most = 0;
    for (const session of accepted) {
      if (session.isOpen) continue;
      const count = (countsByPerson.get(session.personId) ?? 0) + 1;
      countsByPerson.set(session.personId, count);
      if (count < most) continue;
      most = count;
      found = session;
    }
    return found;
  }

  async function settle(): Promise<void> {
    for (const session of accepted) await session.settle();
    await later.settle();
    await fanOut.settle();
    await told;
    await deliveries.flush();
    await presence.flush();
  }

  return {
    admission,
    onAdmitted: (listener) => void admittedListeners.add(listener),
    accept(socket, caller) {
      const sessionId = bytesToHex(random.bytes(16));
      const session = new SyncSession(sessions, socket, caller, sessionId, () =>
        accepted.delete(session),
      );
      const ofDevice = [...accepted].filter(
        ({ deviceId }) => deviceId === caller.deviceId,
      );
      if (ofDevice.length >= limits.maxSessionsPerDevice)
        ofDevice[0]?.end("replaced");
      accepted.add(session);
      if (isStopping) session.end("server-stopping");
      else if (unopenedCount() > limits.maxUnopened)
        latestOfMostCrowding()?.endBusy(limits.busyRetryAfterMs);
      return session;
    },
    refreshPerson(personId) {
      for (const session of hub.ofPerson(personId)) session.refreshAccess();
    },
    reconnect(deviceId) {
      for (const session of hub.ofDevice(deviceId))
        session.end("server-stopping", "This device may go on; connect again.");
    },
    get sessionCount() {
      return hub.size;
    },
    isConnected: (deviceId, personId) =>
      hub
        .ofDevice(deviceId)
        .some((session) => session.personId === personId && session.isOpen),
    settle,
    async close() {
      isStopping = true;
      for (const session of accepted) session.stopListening();
      stopListening();
      stopCheckpoints();
      stopKeys();
      await settle();
      for (const session of [...accepted]) session.end("server-stopping");
      await deliveries.flush();
      await presence.flush();
    },
  };
}

function byScope(
  sent: readonly SentAt[],
): ReadonlyMap<ScopeId, readonly SentAt[]> {
  const groups = new Map<ScopeId, SentAt[]>();
  for (const one of sent)
    groups.set(one.scopeId, [...(groups.get(one.scopeId) ?? []), one]);
  return groups;
}
