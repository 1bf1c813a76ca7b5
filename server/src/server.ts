/**
 * A whole server, wired from what it is given: the way `main` runs it over real sockets, and tests and simulations over their
 * own. Nothing here opens a file, listens on a port or reads a clock of its own.
 *
 * A change walks in a straight line: socket or HTTP → admission → log → fan-out.
 */
import { recordIdSchema } from "@suture/schema";
import type {
  Clock,
  MessageSocket,
  Random,
  RecordId,
  RecordTypes,
  Store,
  Timers,
} from "@suture/schema";
import { createAdmission } from "./admission/admit-batch.ts";
import type { Admission } from "./admission/admit-batch.ts";
import type { DocumentTrial } from "./admission/trial/document-trial.ts";
import { createInlineTrial } from "./admission/trial/inline-trial.ts";
import { appendAudit } from "./audit/append-audit.ts";
import { auditIdentity } from "./audit/audit-identity.ts";
import { createCheckpointVerifier } from "./audit/checkpoint-verifier.ts";
import { createCheckpointer } from "./audit/checkpointer.ts";
import type { Checkpointer } from "./audit/checkpointer.ts";
import { createOwedEntries } from "./audit/owed-entries.ts";
import { createRefusedSignInTeller } from "./audit/refused-sign-in-teller.ts";
import { createAutomergeGateway } from "./gateway/automerge/automerge-gateway.ts";
import {
  createInlineDocumentSync,
  type DocumentSync,
} from "./gateway/automerge/document-sync.ts";
import { createHttpApp } from "./gateway/http/app.ts";
import type { AppFiles } from "./gateway/http/app-files.ts";
import type { HttpApp } from "./gateway/http/http-deps.ts";
import { limitRequests } from "./gateway/http/limit-requests.ts";
import { createReadRecorder } from "./gateway/http/read-recorder.ts";
import { defaultBudgetLimits } from "./gateway/limits/budget-limits.ts";
import type { BudgetLimits } from "./gateway/limits/budget-limits.ts";
import { Budgets } from "./gateway/limits/budgets.ts";
import type { Stopwatch } from "./gateway/limits/stopwatch.ts";
import { createSyncGateway } from "./gateway/sync/sync-gateway.ts";
import { defaultSyncLimits } from "./gateway/sync/sync-limits.ts";
import type { SyncLimits } from "./gateway/sync/sync-limits.ts";
import { identityPartition } from "./identity/identity-tables.ts";
import type { Identity } from "./identity/identity.ts";
import type { TicketHolder } from "./identity/automerge-tickets.ts";
import type { VerifiedSyncToken } from "./identity/sync-tokens.ts";
import { reconcileReviews } from "./review/reconcile-reviews.ts";
import type { SystemLog } from "./system-log.ts";

export interface ServerDeps {
  /** Opened with `serverTables`, and closed by the caller after the server. */
  readonly store: Store;
  readonly identity: Identity;
  readonly recordTypes: RecordTypes;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: SystemLog;
  readonly syncLimits?: Partial<SyncLimits>;
  readonly budgetLimits?: BudgetLimits;
  /** Default: by the clock. */
  readonly stopwatch?: Stopwatch;
  /** Closed by the caller after the server. Default: where the change is judged, without limits on time and memory. */
  readonly trial?: DocumentTrial;
  /** For plain Automerge clients. Closed by the caller after the server. Default: as for `trial`. */
  readonly documentSync?: DocumentSync;
  /** Resolves once whatever else waits for a turn has had one. Default: at once. */
  readonly yieldTurn?: () => Promise<void>;
  /** Of the program, as the API's description says it. */
  readonly version?: string;
  /** Where clients reach this server, when that is not what requests say (behind a proxy). */
  readonly externalUrl?: string | undefined;
  /** Origins of others whose pages may use the HTTP API. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** The app, where it was built: served at `/`. */
  readonly appFiles?: AppFiles | undefined;
}

export interface SutureServer {
  /** Everything over HTTP; `app.fetch` answers a request. */
  readonly app: HttpApp;
  /** Everything that admits changes does it through this, so that live sessions hear of it. */
  readonly admission: Admission;
  /** As given; accepting an invitation also tells the person's live sessions. */
  readonly identity: Identity;
  readonly checkpoints: Checkpointer;
  /** Begins a sync session for a device that `identity.verifySyncRequest` has authenticated. */
  acceptSyncSocket(socket: MessageSocket, caller: VerifiedSyncToken): void;
  /** Begins a connection of a plain Automerge client that holds a ticket which `identity.automergeTickets` has verified. */
  acceptAutomergeSocket(socket: MessageSocket, holder: TicketHolder): void;
  readonly sessionCount: number;
  /** Resolves once everything received and committed until now was answered and forwarded. */
  settle(): Promise<void>;
  /** Finishes what was received, ends every session with `server-stopping`, signs what is due. The store stays open. */
  close(): Promise<void>;
}

export async function createServer(deps: ServerDeps): Promise<SutureServer> {
  const { store, recordTypes, clock, timers, random, log } = deps;
  const { keys } = deps.identity;
  const checkpoints = createCheckpointer({
    store,
    clock,
    timers,
    log,
    signCheckpoint: (claims) => keys.signCheckpoint(claims),
  });
  const owed = createOwedEntries({ store, log, checkpoints });
  const refusals = createRefusedSignInTeller({
    identity: deps.identity,
    owed,
    timers,
    log,
  });
  const audited = auditIdentity(deps.identity, owed, refusals);
  const { invitations } = audited;
  const stopwatch = deps.stopwatch ?? { elapsedMs: () => clock.now() };
  const budgets = new Budgets({
    stopwatch,
    limits: deps.budgetLimits ?? defaultBudgetLimits,
  });
  const yieldTurn = deps.yieldTurn ?? (async () => undefined);
  const syncLimits = { ...defaultSyncLimits, ...deps.syncLimits };
  const sync = createSyncGateway({
    store,
    recordTypes,
    identity: deps.identity,
    admission: createAdmission({
      store,
      types: recordTypes,
      clock,
      random,
      directory: invitations,
      verifyCheckpoint: createCheckpointVerifier(keys),
      trial: deps.trial ?? createInlineTrial(() => stopwatch.elapsedMs()),
      yieldTurn,
      appendAudit,
      reconcileReviews,
    }),
    checkpoints,
    clock,
    timers,
    random,
    log,
    limits: syncLimits,
    budgets,
    stopwatch,
    yieldTurn,
  });
  const { verifySessionRequest, verifySyncRequest } = limitRequests(
    audited,
    budgets,
  );
  const identity: Identity = {
    ...audited,
    verifySyncRequest,
    invitations: {
      ...invitations,
      async acceptInvitation(code, personId) {
        const accepted = await invitations.acceptInvitation(code, personId);
        if (accepted.ok) {
          sync.refreshPerson(personId);
          automerge.refreshPerson(personId);
        }
        return accepted;
      },
    },
  };
  const reads = createReadRecorder({ store, clock, timers, log, checkpoints });
  const automerge = createAutomergeGateway({
    store,
    recordTypes,
    identity: deps.identity,
    admission: sync.admission,
    documentSync:
      deps.documentSync ??
      createInlineDocumentSync(() => stopwatch.elapsedMs()),
    reads,
    clock,
    timers,
    random,
    log,
    limits: syncLimits,
    budgets,
    stopwatch,
    yieldTurn,
  });
  sync.onAdmitted((outcome, personId) => automerge.announce(outcome, personId));
  const app = createHttpApp({
    store,
    recordTypes,
    identity: {
      ...identity,
      verifySessionRequest,
    },
    admission: sync.admission,
    checkpoints,
    clock,
    random,
    log,
    reads,
    budgets,
    yieldTurn,
    connections: { has: sync.isConnected, reopen: sync.reconnect },
    externalUrl: deps.externalUrl,
    allowedOrigins: deps.allowedOrigins,
    version: deps.version ?? "0.0.0",
    appFiles: deps.appFiles,
  });
  await refusals.tell();
  await checkpoints.recover(await organizationsOf(store));
  return {
    app,
    admission: sync.admission,
    identity,
    checkpoints,
    acceptSyncSocket: (socket, caller) => void sync.accept(socket, caller),
    acceptAutomergeSocket: (socket, holder) =>
      void automerge.accept(socket, holder),
    get sessionCount() {
      return sync.sessionCount;
    },
    async settle() {
      await automerge.settle();
      await sync.settle();
    },
    async close() {
      await automerge.close();
      await sync.close();
      refusals.close();
      await reads.flush();
      await checkpoints.close();
    },
  };
}

/** The organizations that a store holds anything of. */
export async function organizationsOf(
  store: Store,
): Promise<readonly RecordId[]> {
  return (await store.listPartitions())
    .filter((partition) => partition !== identityPartition)
    .map((partition) => recordIdSchema.parse(partition));
}
