/** A server over socket pairs with a clock moved by hand, an organization in it, and clients that speak raw messages. */
import {
  closeNameOf,
  createMemoryStore,
  createRecordTypes,
  decodeServerFrame,
  encodeFrame,
  equipment,
  initialContent,
  patient,
  protocolVersion,
  schemaVersion,
  socketPair,
  sutureRecords,
} from "@suture/schema";
import type {
  ClientMessage,
  CloseName,
  Cursor,
  DeviceId,
  HelloMessage,
  Manifest,
  PersonId,
  RecordId,
  ScopeId,
  ServerMessage,
  SocketPair,
  Store,
} from "@suture/schema";
import {
  createCheapHashing,
  createTestDevice,
  createTestRandom,
  devicesUrl,
  issuer,
  makeProof,
} from "../../identity/identity-world.ts";
import type { TestDevice } from "../../identity/identity-world.ts";
import { createIdentity } from "../../identity/identity.ts";
import type { Identity } from "../../identity/identity.ts";
import { createMemoryAccounts } from "../../identity/memory-accounts.ts";
import type { VerifiedSyncToken } from "../../identity/sync-tokens.ts";
import { RecordWriter } from "../../sample/record-writer.ts";
import type { WrittenChange, Writer } from "../../sample/record-writer.ts";
import { createServer } from "../../server.ts";
import type { SutureServer } from "../../server.ts";
import { serverTables } from "../../server-tables.ts";
import { silentLog } from "../../system-log.ts";
import type { SystemLog } from "../../system-log.ts";
import type { DocumentSync } from "../automerge/document-sync.ts";
import type { BudgetLimits } from "../limits/budget-limits.ts";
import type { Stopwatch } from "../limits/stopwatch.ts";
import { HandTimers } from "./hand-timers.test-support.ts";
import type { SyncLimits } from "./sync-limits.ts";

export const recordTypes = createRecordTypes(sutureRecords);
export const nothingUnsynced: Manifest = {
  people: [],
  recordIds: [],
};

/** A signed-in person on a device of their own. */
export interface Somebody {
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
  readonly device: TestDevice;
  readonly token: string;
  readonly caller: VerifiedSyncToken;
  /** Once they are a member. */
  memberId: RecordId;
}

export interface SyncWorldOptions {
  readonly store?: Store;
  readonly limits?: Partial<SyncLimits>;
  readonly budgets?: BudgetLimits;
  readonly stopwatch?: Stopwatch;
  readonly log?: SystemLog;
  readonly timers?: HandTimers;
  readonly seed?: string;
  readonly documentSync?: DocumentSync;
  readonly yieldTurn?: () => Promise<void>;
}

export class SyncWorld {
  readonly timers: HandTimers;
  readonly random;
  readonly store: Store;
  readonly identity: Identity;
  server: SutureServer;
  readonly #log: SystemLog;
  readonly #limits: Partial<SyncLimits>;
  readonly #sockets = new Set<SocketPair>();
  readonly #emails = new Map<PersonId, string>();

  private constructor(
    identity: Identity,
    store: Store,
    server: SutureServer,
    options: Required<Pick<SyncWorldOptions, "timers" | "limits" | "log">>,
    random: ReturnType<typeof createTestRandom>,
  ) {
    this.identity = identity;
    this.store = store;
    this.server = server;
    this.timers = options.timers;
    this.#limits = options.limits;
    this.#log = options.log;
    this.random = random;
  }

  static async create(options: SyncWorldOptions = {}): Promise<SyncWorld> {
    const timers = options.timers ?? new HandTimers();
    const store = options.store ?? createMemoryStore({ tables: serverTables });
    const random = createTestRandom(options.seed ?? "sync");
    const accounts = createMemoryAccounts({
      random,
      passwordHashing: createCheapHashing(),
    });
    const clock = timers;
    const identity = await createIdentity({
      store,
      accounts,
      clock,
      random,
      issuer,
    });
    const limits = options.limits ?? {};
    const log = options.log ?? silentLog;
    const server = await createServer({
      store,
      identity,
      recordTypes,
      clock,
      timers,
      random,
      log,
      syncLimits: limits,
      ...(options.budgets && { budgetLimits: options.budgets }),
      ...(options.stopwatch && { stopwatch: options.stopwatch }),
      ...(options.documentSync && { documentSync: options.documentSync }),
      ...(options.yieldTurn && { yieldTurn: options.yieldTurn }),
    });
    return new SyncWorld(
      identity,
      store,
      server,
      { timers, limits, log },
      random,
    );
  }

  /** The same identity over another store: what a server is after its database was replaced by a copy. */
  async serverOver(store: Store): Promise<SutureServer> {
    return createServer({
      store,
      identity: this.identity,
      recordTypes,
      clock: this.timers,
      timers: this.timers,
      random: this.random,
      log: this.#log,
      syncLimits: this.#limits,
    });
  }

  async signUp(name: string, device?: TestDevice): Promise<Somebody> {
    const email = `${name}@suture.example`;
    const password = "correct horse battery";
    await this.identity.signUp({ email, password, name });
    const session = await this.identity.signIn({ email, password });
    if (!session.ok) throw new Error(session.error.code);
    const { personId, sessionToken } = session.value;
    this.#emails.set(personId, email);
    const held = device ?? (await createTestDevice());
    const grant = await this.identity.registerDevice({
      authorization: `Bearer ${sessionToken}`,
      publicKey: held.publicKey,
      name: "Tablet",
      method: "POST",
      url: devicesUrl,
      dpop: await makeProof(held, {
        clock: this.timers,
        token: sessionToken,
        method: "POST",
        url: devicesUrl,
      }),
    });
    if (!grant.ok) throw new Error(grant.error.code);
    const { deviceId, syncToken: token } = grant.value;
    const caller = await this.identity.verifyBatchToken(token, held.jkt);
    if (!caller.ok) throw new Error(caller.error.code);
    // Nobody's member yet; set by whoever makes them one.
    const memberId = equipmentOf(this).recordId;
    return {
      personId,
      deviceId,
      device: held,
      token,
      caller: caller.value,
      memberId,
    };
  }

  /** For whoever signs in once more. */
  emailOf(personId: PersonId): string {
    return this.#emails.get(personId) ?? "";
  }

  connect(somebody: Somebody, server: SutureServer = this.server): RawClient {
    const pair = this.newSockets();
    server.acceptSyncSocket(pair.server, somebody.caller);
    return new RawClient(this, pair, somebody);
  }

  /** A socket pair whose server's end somebody else is given: `settle` flushes it too. */
  newSockets(): SocketPair {
    const pair = socketPair();
    this.#sockets.add(pair);
    return pair;
  }

  /** Delivers and answers everything, until nothing moves. */
  async settle(server: SutureServer = this.server): Promise<void> {
    for (let quiet = 0; quiet < 2;) {
      const moved = [...this.#sockets].reduce(
        (sum, pair) => sum + pair.flush(),
        0,
      );
      await server.settle();
      quiet = moved === 0 ? quiet + 1 : 0;
    }
  }

  writerOf({ memberId, deviceId }: Somebody): Writer {
    return { memberId, deviceId, atMs: this.timers.now() };
  }
}

/** A client without a memory of its own: what it sends is what a test says. */
export class RawClient {
  readonly received: ServerMessage[] = [];
  closed: {
    readonly code: number;
    readonly name: CloseName | undefined;
  } | null = null;
  readonly pair: SocketPair;
  readonly somebody: Somebody;
  readonly #world: SyncWorld;
  #pushId = 0;

  constructor(world: SyncWorld, pair: SocketPair, somebody: Somebody) {
    this.#world = world;
    this.pair = pair;
    this.somebody = somebody;
    pair.client.listen({
      onFrame: (frame) => {
        const message = decodeServerFrame(frame);
        if (!message.ok) throw new Error(message.error.reason);
        this.received.push(message.value);
      },
      onClose: (code) => {
        this.closed = { code, name: closeNameOf(code) };
      },
    });
  }

  send(message: ClientMessage): void {
    this.pair.client.send(encodeFrame(message));
  }

  hello(
    cursors: Readonly<Record<ScopeId, Cursor>> = {},
    changes: Partial<HelloMessage> = {},
  ): void {
    this.send({
      type: "hello",
      protocolVersion,
      schemaVersion,
      appVersion: "test",
      deviceId: this.somebody.deviceId,
      cursors,
      unsynced: nothingUnsynced,
      ...changes,
    });
  }

  push(
    changes: readonly Pick<WrittenChange, "recordId" | "bytes">[],
    token = this.somebody.token,
  ): number {
    const pushId = this.#pushId;
    this.#pushId += 1;
    this.send({
      type: "push",
      pushId,
      token,
      changes: changes.map(({ recordId, bytes }) => ({ recordId, bytes })),
      unsynced: nothingUnsynced,
    });
    return pushId;
  }

  /** Says hello as a device new to everything, and pulls every scope to its end. */
  async join(): Promise<void> {
    this.hello();
    await this.#world.settle();
    const welcome = this.last("welcome");
    for (const { scopeId, end } of welcome?.scopes ?? []) {
      this.send({ type: "pull-snapshot", scopeId, at: null, after: null });
      this.send({ type: "pull", scopeId, cursor: end });
    }
    await this.#world.settle();
  }

  all<T extends ServerMessage["type"]>(
    type: T,
  ): readonly Extract<ServerMessage, { readonly type: T }>[] {
    return this.received.filter(
      (message): message is Extract<ServerMessage, { readonly type: T }> =>
        message.type === type,
    );
  }

  last<T extends ServerMessage["type"]>(
    type: T,
  ): Extract<ServerMessage, { readonly type: T }> | undefined {
    return this.all(type).at(-1);
  }

  /** Forgets what was received until now. */
  clear(): void {
    this.received.length = 0;
  }
}

export function equipmentOf({
  random,
}: Pick<SyncWorld, "random">): RecordWriter {
  return new RecordWriter(equipment, random);
}

export const emptyPrescribing = initialContent(patient.groups.prescribing);
