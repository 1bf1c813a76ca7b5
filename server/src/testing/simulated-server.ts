/**
 * A whole server for a simulated world (`createWorld` of `@suture/client/testing`): `createServer` as `main` wires it, over the
 * clock, timers, chance, store and sockets that the world gives.
 *
 * Accounts are kept in memory, outlive a crash, and are the same in every world: who has one is not what is simulated.
 */
import {
  createRecordTypes,
  sutureRecords,
  type Clock,
  type DeviceId,
  type MessageSocket,
  type PersonId,
  type Random,
  type RecordType,
  type Store,
  type Table,
  type Timers,
} from "@suture/schema";
import { verifyDerived } from "../admission/verify-derived.ts";
import { verifyAudit, type AuditVerdict } from "../audit/verify-audit.ts";
import type { BudgetLimits } from "../gateway/limits/budget-limits.ts";
import { answerUpgrade } from "../gateway/sync/answer-upgrade.ts";
import type { RefusedUpgrade } from "../gateway/sync/answer-upgrade.ts";
import type { Stopwatch } from "../gateway/limits/stopwatch.ts";
import type { SyncLimits } from "../gateway/sync/sync-limits.ts";
import type { Accounts, SignUp } from "../identity/accounts.ts";
import {
  createCheapHashing,
  createTestRandom,
} from "../identity/identity-world.ts";
import { createIdentity } from "../identity/identity.ts";
import { createMemoryAccounts } from "../identity/memory-accounts.ts";
import { removeExpiredHourly } from "../identity/remove-expired-hourly.ts";
import {
  createSyncTokens,
  syncTokenLifetimeMs,
  type SyncGrant,
} from "../identity/sync-tokens.ts";
import { createServer, type SutureServer } from "../server.ts";
import { serverTables } from "../server-tables.ts";
import { silentLog, type SystemLog } from "../system-log.ts";

/** What the world gives to the process that the server is. */
export interface ServerRuntime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly stopwatch: Stopwatch;
  openStore(on: {
    readonly file: string;
    readonly tables: readonly Table<unknown>[];
    readonly migrations: readonly [];
    readonly minHandedRows: number;
  }): Promise<Store>;
}

export interface SimulatedServerOptions {
  /** Default: the types that Suture comes with. */
  readonly records?: readonly RecordType[];
  /** Who has an account from the start. */
  readonly accounts?: readonly SignUp[];
  readonly log?: SystemLog;
  readonly syncLimits?: Partial<SyncLimits>;
  readonly budgetLimits?: BudgetLimits;
}

export interface SimulatedServer {
  upgrade(request: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  }): Promise<
    | {
        readonly isAccepted: true;
        readonly accept: (socket: MessageSocket) => void;
      }
    | ({ readonly isAccepted: false } & RefusedUpgrade)
  >;
  fetch(request: Request): Promise<Response>;
  /** Undefined where the person may have none on the device. */
  issueSyncToken(wanted: {
    readonly personId: PersonId;
    readonly deviceId: DeviceId;
    /** Until it ends. */
    readonly leftMs: number;
  }): Promise<SyncGrant | undefined>;
  close(): Promise<void>;
  /** The server itself: what no network reaches. */
  readonly server: SutureServer;
  readonly store: Store;
  /** What `suture audit verify` says of what it holds. */
  verifyAudit(): Promise<AuditVerdict>;
}

const issuer = "http://suture.example";

/** Gives back what starts the server, and starts it again after each of its ends. */
export async function simulatedServer(
  options: SimulatedServerOptions = {},
): Promise<(runtime: ServerRuntime) => Promise<SimulatedServer>> {
  const accounts = await memoryAccounts(options.accounts ?? []);
  const log = options.log ?? silentLog;
  const recordTypes = createRecordTypes(options.records ?? sutureRecords);
  return async (runtime) => {
    const { clock, timers, random } = runtime;
    const store = await runtime.openStore({
      file: "suture.db",
      tables: serverTables,
      migrations: [],
      // Far fewer than a server's: what people do here is small.
      minHandedRows: 8,
    });
    const identity = await createIdentity({
      store,
      accounts,
      clock,
      random,
      issuer,
    });
    const { syncLimits, budgetLimits } = options;
    const server = await createServer({
      store,
      identity,
      recordTypes,
      clock,
      timers,
      random,
      log,
      ...(syncLimits && { syncLimits }),
      ...(budgetLimits && { budgetLimits }),
      stopwatch: runtime.stopwatch,
    });
    const cleaning = removeExpiredHourly({
      identity: server.identity,
      timers,
      log,
    });
    return {
      server,
      store,
      verifyAudit: () =>
        verifyAudit(store, (tx) => verifyDerived(tx, recordTypes)),
      fetch: async (request) => server.app.fetch(request),
      async issueSyncToken({ personId, deviceId, leftMs }) {
        // Issued when it must have been to end then.
        const then = () => clock.now() + leftMs - syncTokenLifetimeMs;
        const { keys } = identity;
        const of = { store, keys, random, clock: { now: then } };
        const grant = await createSyncTokens(of).issue(personId, deviceId);
        return grant.ok ? grant.value : undefined;
      },
      async upgrade({ url, headers }) {
        const answer = await answerUpgrade(
          {
            method: "GET",
            url: new URL(url),
            header: (name) => headers[name],
          },
          { identity: server.identity, log, allowedOrigins: new Set() },
        );
        return answer.ok
          ? {
              isAccepted: true,
              accept: (socket) => server.acceptSyncSocket(socket, answer.value),
            }
          : { isAccepted: false, ...answer.error };
      },
      async close() {
        cleaning.stop();
        await server.close();
        await store.close();
      },
    };
  };
}

/** Fit for a world: ids that are the same every time, and passwords that cost nothing. */
async function memoryAccounts(signUps: readonly SignUp[]): Promise<Accounts> {
  const accounts = createMemoryAccounts({
    random: createTestRandom("accounts"),
    passwordHashing: createCheapHashing(),
  });
  for (const signUp of signUps) await accounts.signUp(signUp);
  return accounts;
}
