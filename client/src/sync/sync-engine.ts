/**
 * Keeps a device in sync: opens a socket, runs a session on it, waits with jitter after a failure, and says in words how it
 * stands. Nothing it does decides what is saved; that is the log's.
 */
import {
  err,
  ok,
  type Clock,
  type DeviceId,
  type MessageSocket,
  type PersonId,
  type PresenceMessage,
  type Random,
  type Result,
  type Role,
  type Timer,
  type Timers,
} from "@suture/schema";

import type { RequestToProve } from "../identity/dpop-proof.ts";
import type { Fetch } from "../identity/identity-request.ts";
import { AttachmentUploads } from "./attachment-uploads.ts";
import { createBackoff } from "./backoff.ts";
import type { Connect, ConnectFailure } from "./connect.ts";
import type { LocalLog } from "../store/local-log.ts";
import { SyncSession } from "./sync-session.ts";
import {
  problemOfFailure,
  syncProblem,
  type SyncProblem,
} from "./sync-problem.ts";

export interface SyncCredentials {
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
  readonly syncToken: string;
}

/** Who is signed in on this device, and how a request is proven to come from it. */
export interface SyncIdentity {
  /** The first opens the socket. Empty when nobody is signed in. */
  credentials(): Promise<readonly SyncCredentials[]>;
  headers(request: RequestToProve): Promise<Readonly<Record<string, string>>>;
  /** A sync token of the person's that is newer than this one; undefined where there is none to be had. Never throws. */
  renewedToken(personId: PersonId, token: string): Promise<string | undefined>;
}

export type SyncState =
  "stopped" | "connecting" | "receiving" | "up-to-date" | "waiting";

export interface SyncStatus {
  readonly state: SyncState;
  /** Why it is `waiting` or `stopped`; null otherwise. */
  readonly problem: SyncProblem | null;
  /** When the server last answered anything, by this device's clock. */
  readonly lastAnswerAtMs: number | null;
  /** When everything the server had was last here. */
  readonly caughtUpAtMs: number | null;
  readonly nextAttemptAtMs: number | null;
}

export interface SyncEngineDeps {
  /** `ws:` or `wss:`, ending in `/sync`. */
  readonly url: string;
  readonly log: LocalLog;
  readonly identity: SyncIdentity;
  readonly connect: Connect;
  /** For what goes over HTTP, at the same place. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Names of the types of record that somebody of these roles may read. */
  readableTypes(roles: readonly Role[]): readonly string[];
  /** Said in `hello`, for people. */
  readonly appVersion: string;
  readonly lastHeard?: LastHeard | undefined;
  onStatus(status: SyncStatus): void;
  onPresence(message: PresenceMessage): void;
}

interface Opened {
  readonly socket: MessageSocket;
  readonly credentials: SyncCredentials;
}

interface NotOpened {
  readonly problem: SyncProblem;
  /** What whoever answered asked for. */
  readonly retryAfterMs?: number | undefined;
}

/** Whoever asks for a longer silence may not be the server, and is not believed. */
const maxRetryAfterMs = 15 * 60_000;

/** What a client needs of whatever keeps it in sync: the engine below, or one in another context of the same device. */
export interface SyncDriver {
  readonly status: SyncStatus;
  /** Starts, or tries again at once where it was waiting. */
  start(): void;
  stop(): void;
  /** Somebody else uses the device, or somebody's sign-in is new: begins again as them, if it had been started. */
  restart(): void;
  /** The log has something new to send. */
  push(): void;
}

/** When the server was last heard of, also before this start. */
export type LastHeard = Pick<SyncStatus, "lastAnswerAtMs" | "caughtUpAtMs">;

/** Nothing was tried since the start. */
export function notStarted(last: LastHeard | undefined): SyncStatus {
  return {
    state: "stopped",
    problem: null,
    lastAnswerAtMs: last?.lastAnswerAtMs ?? null,
    caughtUpAtMs: last?.caughtUpAtMs ?? null,
    nextAttemptAtMs: null,
  };
}

export class SyncEngine implements SyncDriver {
  readonly #deps: SyncEngineDeps;
  readonly #backoff;
  readonly #uploads: AttachmentUploads;
  #status: SyncStatus;
  #session: SyncSession | undefined;
  #retry: Timer | undefined;
  #isWanted = false;
  /** Rises with every start and stop: an attempt that outlived its own is dropped. */
  #attempt = 0;

  constructor(deps: SyncEngineDeps) {
    this.#deps = deps;
    this.#status = notStarted(deps.lastHeard);
    this.#backoff = createBackoff(deps.random);
    const url = new URL(".", deps.url.replace(/^ws/, "http")).href;
    this.#uploads = new AttachmentUploads({ ...deps, url });
  }

  get status(): SyncStatus {
    return this.#status;
  }

  start(): void {
    this.#isWanted = true;
    if (this.#session !== undefined || this.#status.state === "connecting")
      return;
    this.#retry?.cancel();
    this.#attempt += 1;
    void this.#run(this.#attempt);
  }

  stop(): void {
    this.#isWanted = false;
    this.#attempt += 1;
    this.#retry?.cancel();
    this.#session?.stop();
    this.#session = undefined;
    this.#uploads.stop();
    this.#tell({ state: "stopped", problem: null, nextAttemptAtMs: null });
  }

  restart(): void {
    if (!this.#isWanted) return;
    this.stop();
    this.start();
  }

  push(): void {
    this.#session?.push();
    if (this.#status.state === "up-to-date") this.#uploads.start();
  }

  async #run(attempt: number): Promise<void> {
    this.#tell({ state: "connecting", problem: null, nextAttemptAtMs: null });
    const opened = await this.#openAtAll();
    if (attempt !== this.#attempt) {
      if (opened.ok) opened.value.socket.close(1000, "");
      return;
    }
    if (!opened.ok) {
      this.#pause(opened.error.problem, opened.error.retryAfterMs);
      return;
    }
    const { socket, credentials } = opened.value;
    let hasProgress = false;
    let token = credentials.syncToken;
    const session = new SyncSession({
      socket,
      log: this.#deps.log,
      clock: this.#deps.clock,
      timers: this.#deps.timers,
      deviceId: credentials.deviceId,
      personId: credentials.personId,
      readableTypes: (roles) => this.#deps.readableTypes(roles),
      appVersion: this.#deps.appVersion,
      tokens: async () =>
        new Map(
          (await this.#deps.identity.credentials()).map((own) => [
            own.personId,
            own.syncToken,
          ]),
        ),
      renewedToken: async () => {
        const { personId } = credentials;
        const renewed = await this.#deps.identity.renewedToken(personId, token);
        token = renewed ?? token;
        return renewed;
      },
      events: {
        onWelcome: () => this.#tell({ state: "receiving" }),
        onAnswer: () => this.#tell({ lastAnswerAtMs: this.#deps.clock.now() }),
        onProgress: () => void (hasProgress = true),
        onCaughtUp: () => {
          this.#tell({
            state: "up-to-date",
            caughtUpAtMs: this.#deps.clock.now(),
          });
          this.#uploads.start();
        },
        onPresence: (message) => this.#deps.onPresence(message),
        onEnd: (problem, retryAfterMs) => {
          if (attempt !== this.#attempt) return;
          this.#session = undefined;
          this.#uploads.stop();
          // A full disk fails the same each time, however far the server's part of it went.
          if (hasProgress && problem.code !== "store-failed")
            this.#backoff.reset();
          this.#pause(problem, retryAfterMs);
        },
      },
    });
    this.#session = session;
    await session.start();
  }

  async #openAtAll(): Promise<Result<Opened, NotOpened>> {
    try {
      return await this.#open();
    } catch {
      // Tokens and keys are kept by the app's `TokenStore`: a locked keyring, a damaged file.
      return err({ problem: syncProblem("sign-in-unreadable") });
    }
  }

  async #open(): Promise<Result<Opened, NotOpened>> {
    const [credentials] = await this.#deps.identity.credentials();
    if (credentials === undefined)
      return err({ problem: syncProblem("signed-out") });
    const { url, identity, connect } = this.#deps;
    const token = credentials.syncToken;
    const connectWith = (nonce: string | undefined) =>
      connect({
        url,
        prove: (method, provenUrl) =>
          identity.headers({ method, url: provenUrl, token, nonce }),
      });
    const first = await connectWith(undefined);
    if (first.ok) return ok({ socket: first.value, credentials });
    if (first.error.kind !== "answered" || first.error.dpopNonce === undefined)
      return err(notOpened(first.error));
    // The server does not trust this device's clock: it wants its own nonce in the proof (RFC 9449, section 8).
    const second = await connectWith(first.error.dpopNonce);
    return second.ok
      ? ok({ socket: second.value, credentials })
      : err(notOpened(second.error));
  }

  #pause(problem: SyncProblem, retryAfterMs = 0): void {
    if (!problem.isRetryable) {
      this.#tell({ state: "stopped", problem, nextAttemptAtMs: null });
      return;
    }
    const delayMs =
      Math.min(retryAfterMs, maxRetryAfterMs) + this.#backoff.next();
    this.#tell({
      state: "waiting",
      problem,
      nextAttemptAtMs: this.#deps.clock.now() + delayMs,
    });
    this.#retry = this.#deps.timers.after(delayMs, () => this.start());
  }

  #tell(part: Partial<SyncStatus>): void {
    this.#status = { ...this.#status, ...part };
    this.#deps.onStatus(this.#status);
  }
}

function notOpened(failure: ConnectFailure): NotOpened {
  const problem = problemOfFailure(failure);
  return failure.kind === "answered"
    ? { problem, retryAfterMs: failure.retryAfterMs }
    : { problem };
}
