/** For tests of HTTP: the app over a real admission, an organization in it, and people with accounts who ask. */
import {
  createMemoryStore,
  deviceIdSchema,
  organizationScope,
  randomUuid,
  type PersonId,
  type RecordId,
  type Role,
  type Store,
} from "@suture/schema";

import type { Replica } from "../../admission/author.test-support.ts";
import {
  Colleague,
  createWorld,
  createWorldDeps,
  expectAccepted,
  membership,
  typeOf,
  types,
  type World,
} from "../../admission/world.test-support.ts";
import { auditIdentity } from "../../audit/audit-identity.ts";
import { createOwedEntries } from "../../audit/owed-entries.ts";
import { createRefusedSignInTeller } from "../../audit/refused-sign-in-teller.ts";
import type { AuditEntry, ReadNote } from "../../audit/audit-entry.ts";
import { auditReadsTable, auditTable } from "../../audit/audit-tables.ts";
import { createCheckpointer } from "../../audit/checkpointer.ts";
import {
  createCheapHashing,
  createTestRandom,
  issuer,
} from "../../identity/identity-world.ts";
import { createIdentity, type Identity } from "../../identity/identity.ts";
import { createMemoryAccounts } from "../../identity/memory-accounts.ts";
import { serverTables } from "../../server-tables.ts";
import { silentLog, type SystemLog } from "../../system-log.ts";
import { defaultBudgetLimits } from "../limits/budget-limits.ts";
import { Budgets } from "../limits/budgets.ts";
import { HandTimers } from "../sync/hand-timers.test-support.ts";
import { createHttpApp, type HttpAppOptions } from "./app.ts";
import type { HttpApp } from "./http-deps.ts";
import { createReadRecorder, type ReadRecorder } from "./read-recorder.ts";

/** A member with an account, who is signed in. */
export interface Asker {
  readonly colleague: Colleague;
  readonly memberId: RecordId;
  readonly member: Replica;
  readonly sessionToken: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Of JSON: asserted on by what it holds. */
  readonly body: ReturnType<typeof JSON.parse>;
}

export interface HttpWorld {
  readonly app: HttpApp;
  /** What `app` stands on, for another app. */
  readonly deps: HttpAppOptions;
  readonly store: Store;
  readonly world: World;
  readonly identity: Identity;
  readonly timers: HandTimers;
  readonly reads: ReadRecorder;
  /** Somebody new with these roles; in the first team, of this organization, unless said otherwise. */
  join(
    roles: readonly Role[],
    options?: {
      readonly teamIds?: readonly RecordId[];
      readonly house?: World;
    },
  ): Promise<Asker>;
  /** Another organization on the same server. */
  found(): Promise<World>;
  /** Somebody with an account and no membership. */
  stranger(): Promise<
    Pick<
      Asker,
      "colleague" | "delete" | "get" | "patch" | "post" | "sessionToken"
    >
  >;
  newPatient(by: Asker): Promise<Replica>;
  audit(): Promise<readonly AuditEntry[]>;
  readNotes(): Promise<readonly ReadNote[]>;
}

const password = "correct horse battery";

export async function createHttpWorld(
  options: { readonly store?: Store; readonly log?: SystemLog } = {},
): Promise<HttpWorld> {
  const timers = new HandTimers();
  const clock = timers;
  const log = options.log ?? silentLog;
  const store = options.store ?? createMemoryStore({ tables: serverTables });
  const random = createTestRandom("http");
  const passwordHashing = createCheapHashing();
  const accounts = createMemoryAccounts({ random, passwordHashing });
  const plain = await createIdentity({
    store,
    accounts,
    clock,
    random,
    issuer,
  });
  const checkpoints = createCheckpointer({
    store,
    clock,
    timers,
    log,
    signCheckpoint: plain.keys.signCheckpoint,
  });
  const owed = createOwedEntries({ store, log, checkpoints });
  const telling = { identity: plain, owed, timers, log };
  const refusals = createRefusedSignInTeller(telling);
  const identity = auditIdentity(plain, owed, refusals);
  const worldDeps = {
    ...createWorldDeps(store),
    clock,
    directory: identity.invitations,
  };
  const world = await createWorld(worldDeps);
  const reads = createReadRecorder({ store, clock, timers, log, checkpoints });
  const deps: HttpAppOptions = {
    store,
    recordTypes: types,
    identity,
    admission: world.admission,
    checkpoints,
    clock,
    random,
    log,
    reads,
    budgets: new Budgets({
      stopwatch: { elapsedMs: () => timers.now() },
      limits: defaultBudgetLimits,
    }),
    yieldTurn: worldDeps.yieldTurn,
    connections: { has: () => false, reopen: () => undefined },
    version: "0.0.0-test",
  };
  const app = createHttpApp(deps);
  const { organizationId, admission } = world;
  let people = 0;

  async function signUp() {
    people += 1;
    const email = `person-${people}@suture.example`;
    const name = `Person ${people}`;
    const personId = await identity.signUp({ email, password, name });
    if (!personId.ok) throw new Error(personId.error.code);
    return { personId: personId.value, email };
  }

  function colleagueOf(personId: PersonId, memberId: RecordId): Colleague {
    const deviceId = deviceIdSchema.parse(randomUuid(random));
    return new Colleague(admission, random, memberId, { personId, deviceId });
  }

  async function signIn(
    email: string,
  ): Promise<
    Pick<Asker, "delete" | "get" | "patch" | "post" | "sessionToken">
  > {
    const grant = await identity.signIn({ email, password });
    if (!grant.ok) throw new Error(grant.error.code);
    const { sessionToken } = grant.value;
    const headers = { authorization: `Bearer ${sessionToken}` };
    const sending = (method: string) => async (path: string, body: unknown) =>
      answerOf(
        await app.request(path, {
          method,
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      );
    return {
      sessionToken,
      get: async (path) => answerOf(await app.request(path, { headers })),
      post: sending("POST"),
      patch: sending("PATCH"),
      delete: async (path) =>
        answerOf(await app.request(path, { method: "DELETE", headers })),
    };
  }

  return {
    app,
    deps,
    store,
    world,
    identity,
    timers,
    reads,
    async join(roles, { house = world, teamIds = [house.teamId] } = {}) {
      const { personId, email } = await signUp();
      const { organizationId: houseId } = house;
      const { replica, pushed } = house.admin.create(typeOf("member"), {
        parentId: houseId,
        statements: { membership: membership(roles, teamIds) },
      });
      expectAccepted(await house.admin.push(pushed));
      const memberId = replica.recordId;
      const linked = await identity.invitations.linkPerson(
        { organizationId: houseId, memberId },
        personId,
      );
      if (!linked.ok) throw new Error(linked.error.code);
      const colleague = colleagueOf(personId, memberId);
      const asker = await signIn(email);
      return { colleague, memberId, member: replica, ...asker };
    },
    found: () => createWorld(worldDeps),
    async stranger() {
      const { personId, email } = await signUp();
      const colleague = colleagueOf(personId, world.admin.newRecordId());
      return { colleague, ...(await signIn(email)) };
    },
    async newPatient({ colleague }) {
      const { replica, pushed } = colleague.create(typeOf("patient"), {
        parentId: organizationId,
      });
      expectAccepted(await colleague.push(pushed));
      return replica;
    },
    async audit() {
      const rows = await store.read(organizationId, (tx) =>
        tx.scan(auditTable, { prefix: [organizationScope(organizationId)] }),
      );
      return rows.map(({ value }) => value.entry);
    },
    async readNotes() {
      await reads.flush();
      const rows = await store.read(organizationId, (tx) =>
        tx.scan(auditReadsTable),
      );
      return rows.flatMap(({ value }) => value.entry.reads);
    },
  };
}

export async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const body = status === 204 ? null : await response.json();
  return { status, headers, body };
}
