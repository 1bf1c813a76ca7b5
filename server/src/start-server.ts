/**
 * A server on this machine: the database in the data directory, HTTP and sync on one port. `main` runs it, and so do tests
 * over real sockets. It opens everything it closes. SPEC OP-2, OP-3.
 */
import { createServer as createHttpServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import {
  createRecordTypes,
  err,
  ok,
  StoreError,
  sutureRecords,
} from "@suture/schema";
import type {
  Clock,
  Random,
  RecordTypes,
  Result,
  Timers,
} from "@suture/schema";
import Database from "better-sqlite3";
import { createWorkerTrial } from "./admission/trial/worker-trial.ts";
import type { Config } from "./config.ts";
import { readAppFiles } from "./gateway/http/app-files.ts";
import { serveAutomerge } from "./gateway/automerge/serve-automerge.ts";
import { createWorkerDocumentSync } from "./gateway/automerge/worker-document-sync.ts";
import { allowedOrigins } from "./gateway/sync/allowed-origins.ts";
import { budgetLimitsTimes } from "./gateway/limits/budget-limits.ts";
import type { BudgetLimits } from "./gateway/limits/budget-limits.ts";
import type { Stopwatch } from "./gateway/limits/stopwatch.ts";
import type { SyncLimits } from "./gateway/sync/sync-limits.ts";
import { serveSync } from "./gateway/sync/upgrade.ts";
import type { PasswordHashing } from "./identity/accounts.ts";
import { createAccounts } from "./identity/better-auth-accounts.ts";
import type { Fetch } from "./identity/bounded-fetch.ts";
import { createExternalIssuer } from "./identity/external-issuer.ts";
import { createIdentity } from "./identity/identity.ts";
import { removeExpiredHourly } from "./identity/remove-expired-hourly.ts";
import { loadSecret } from "./identity/secrets.ts";
import { seedSample } from "./sample/seed-sample.ts";
import { createServer, type SutureServer } from "./server.ts";
import { lockData, storeFileIn } from "./store/data-lock.ts";
import { longestLogPages } from "./store/open-handle.ts";
import { openSqliteStore } from "./store/open-sqlite-store.ts";
import { serverMigrations } from "./server-migrations.ts";
import { serverTables } from "./server-tables.ts";
import type { SystemLog } from "./system-log.ts";
import { systemFetch, systemTurns } from "./system-runtime.ts";

export interface StartDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: SystemLog;
  /** Default: the types that Suture comes with. */
  readonly recordTypes?: RecordTypes;
  readonly version?: string;
  /** What work is measured with. Default: by the clock. */
  readonly stopwatch?: Stopwatch;
  /** Default: `defaultBudgetLimits`, times the factor of the settings. */
  readonly budgetLimits?: BudgetLimits;
  /** Default: `defaultSyncLimits`, and what the settings say. */
  readonly syncLimits?: Partial<SyncLimits>;
  /** Resolves once whatever else waits for a turn has had one. Default: at once. */
  readonly yieldTurn?: () => Promise<void>;
  /** Default: scrypt. */
  readonly passwordHashing?: PasswordHashing;
  /** For what an external issuer publishes. Default: the machine's. */
  readonly fetch?: Fetch;
}

export interface StartProblem {
  readonly code: "port-in-use" | "cannot-listen" | "data-unusable";
  /** One sentence for whoever started it. */
  readonly message: string;
}

export interface RunningServer {
  /** Where it listens, as a URL without a path. */
  readonly url: string;
  readonly hasSample: boolean;
  readonly server: SutureServer;
  /** Takes nothing new, finishes what was begun, tells every device, and lets go of the files. Idempotent. */
  stop(): Promise<void>;
}

export async function startServer(
  deps: StartDeps,
): Promise<Result<RunningServer, StartProblem>> {
  const { config, log } = deps;
  const opened = await open(deps);
  if (!opened.ok) return opened;
  const { server, closeFiles } = opened.value;
  const { fetch } = server.app;
  const answer = getRequestListener(fetch);
  // It answers what fails by itself, and never rejects.
  const http = createHttpServer((incoming, outgoing) => {
    void answer(incoming, outgoing);
  });
  http.on("connection", () => systemTurns.noteConnection());
  const listening = await listen(http, config);
  if (!listening.ok) {
    await server.close();
    await closeFiles();
    return listening;
  }
  const { timers } = deps;
  const origins = allowedOrigins(config, listening.value);
  serveSync(http, {
    identity: server.identity,
    accept: (socket, caller) => server.acceptSyncSocket(socket, caller),
    timers,
    log,
    externalUrl: config.publicUrl,
    allowedOrigins: origins,
    answerOther: serveAutomerge({
      identity: server.identity,
      accept: (socket, holder) => server.acceptAutomergeSocket(socket, holder),
      timers,
      log,
      allowedOrigins: origins,
      pingIntervalMs: config.pingIntervalMs,
    }),
  });
  const cleaning = removeExpiredHourly({
    identity: server.identity,
    timers,
    log,
  });
  const url = `http://${urlHost(config.host)}:${listening.value}`;
  log.info("server.started", { port: listening.value });

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      http.close(() => resolve());
    });
    // Idle connections are let go at once, busy ones get a moment.
    http.closeIdleConnections();
    cleaning.stop();
    await server.close();
    const timer = timers.after(config.stopTimeoutMs, () =>
      http.closeAllConnections(),
    );
    await closed;
    timer.cancel();
    await closeFiles();
    log.info("server.stopped");
  }
  return ok({
    url,
    hasSample: opened.value.hasSample,
    server,
    stop: () => (stopped ??= stop()),
  });
}

interface Opened {
  readonly server: SutureServer;
  readonly hasSample: boolean;
  closeFiles(): Promise<void>;
}

async function open(deps: StartDeps): Promise<Result<Opened, StartProblem>> {
  const { config, clock, random, timers, log, version, passwordHashing } = deps;
  const lock = lockData(config.dataDir);
  if (!lock.ok)
    return unusable(
      config,
      lock.error.code === "data-in-use"
        ? "Another Suture process is using it"
        : "It cannot be made or written",
    );
  const file = storeFileIn(config.dataDir);
  const closers: (() => unknown)[] = [() => lock.value.release()];
  /** The last opened first, and all of them, whichever fails. */
  async function closeFiles(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of closers.splice(0).toReversed())
      try {
        await close();
      } catch (cause) {
        failures.push(cause);
      }
    for (const cause of failures) throw cause;
  }
  try {
    const store = await openSqliteStore({
      file,
      tables: serverTables,
      migrations: serverMigrations,
      writeThread: {
        onEnd: (cause) => log.error("store.thread-ended", {}, cause),
      },
    });
    closers.push(() => store.close());
    // Accounts write by themselves, never inside a transaction of the store.
    const database = new Database(file, { timeout: 5_000 });
    closers.push(() => database.close());
    database.pragma("synchronous = FULL");
    database.pragma(`wal_autocheckpoint = ${longestLogPages}`);
    const identity = await createIdentity({
      store,
      accounts: await createAccounts({
        database,
        secret: await loadSecret(store, random, "accounts"),
        random,
        ...(passwordHashing && { passwordHashing }),
      }),
      clock,
      random,
      issuer: config.issuer,
      externalIssuer:
        config.externalIssuer &&
        createExternalIssuer({
          ...config.externalIssuer,
          fetch: deps.fetch ?? systemFetch,
          clock,
          timers,
        }),
    });
    const { maxSessions, pingIntervalMs } = config;
    const trial = createWorkerTrial({ timers });
    closers.push(() => trial.close());
    const documentSync = createWorkerDocumentSync({ timers });
    closers.push(() => documentSync.close());
    const server = await createServer({
      store,
      identity,
      recordTypes: deps.recordTypes ?? createRecordTypes(sutureRecords),
      clock,
      timers,
      random,
      log,
      syncLimits: { maxSessions, pingIntervalMs, ...deps.syncLimits },
      externalUrl: config.publicUrl,
      allowedOrigins: config.allowedOrigins,
      appFiles: await readAppFiles(config.appDir),
      ...(version !== undefined && { version }),
      ...(deps.stopwatch && { stopwatch: deps.stopwatch }),
      budgetLimits: deps.budgetLimits ?? budgetLimitsTimes(config.budgetFactor),
      ...(deps.yieldTurn && { yieldTurn: deps.yieldTurn }),
      trial,
      documentSync,
    });
    const { admission } = server;
    const hasSample =
      config.hasSample &&
      (await seedSample({
        store,
        clock,
        identity: server.identity,
        admission,
      }));
    return ok({ server, hasSample, closeFiles });
  } catch (cause) {
    await closeFiles().catch((failure: unknown) =>
      log.error("data.unclosed", {}, failure),
    );
    log.error("data.unusable", {}, cause);
    if (cause instanceof StoreError)
      return unusable(
        config,
        cause.code === "store-damaged"
          ? "The database in it is damaged (store-damaged). It was left as it is: restore the latest backup, and what is newer comes back from the devices"
          : `The database in it is not usable (${cause.code})`,
      );
    throw cause;
  }
}

function unusable({ dataDir }: Config, why: string) {
  const message = `The data directory ${dataDir} cannot be used. ${why}.`;
  return err({ code: "data-unusable", message } as const);
}

/** As many as the system lets wait to be taken: a client that finds no room tries again only after a second. */
const maxWaitingConnections = 4_096;

function listen(
  http: Server,
  { host, port }: Config,
): Promise<Result<number, StartProblem>> {
  return new Promise((resolve) => {
    http.once("error", (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === "EADDRINUSE";
      resolve(
        err(
          isTaken
            ? {
                code: "port-in-use",
                message: `Port ${port} on ${host} is in use; set SUTURE_PORT to another one.`,
              }
            : {
                code: "cannot-listen",
                message: `Cannot listen on ${host} (${cause.code ?? "unknown"}).`,
              },
        ),
      );
    });
    http.listen({ port, host, backlog: maxWaitingConnections }, () => {
      const address = http.address();
      resolve(ok(typeof address === "object" && address ? address.port : port));
    });
  });
}

function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
