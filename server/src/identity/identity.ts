/**
 * Identity: who is asking, from which device, and whether they still may. One object for everything outside this folder.
 *
 * Two tokens, two lives. A **session token** (15 minutes, `Authorization: Bearer`) is for the HTTP API and the UI. A **sync
 * token** (180 days, `Authorization: DPoP` with a proof by the device's key) is for sync. Each is useless in the other's
 * place, and one ending does not touch the other. What a person may do is not decided here: rights come from member records.
 *
 * `main` opens the store with `identityTables`, makes the accounts (`createAccounts` with `loadSecret(store, random,
 * "accounts")`), then this; routes are served by `createIdentityRoutes`. SPEC ID.
 */
import { err, identityError, ok } from "@suture/schema";
import type {
  Clock,
  IdentityError,
  PersonId,
  Random,
  Result,
  Store,
} from "@suture/schema";
import { calculateJwkThumbprint } from "jose";
import type { Accounts, Credentials, SignUp } from "./accounts.ts";
import { createAutomergeTickets } from "./automerge-tickets.ts";
import type { AutomergeTickets } from "./automerge-tickets.ts";
import { createDevices } from "./devices.ts";
import type { Devices } from "./devices.ts";
import { createDpopNonces } from "./dpop-nonce.ts";
import { createProofChecker, maxProofSkewMs } from "./dpop-proof.ts";
import type { ExternalIssuer } from "./external-issuer.ts";
import { createExternalSignIn } from "./external-sign-in.ts";
import type { ExternalSignIn } from "./external-sign-in.ts";
import { createInvitations } from "./invitations.ts";
import type { Invitations } from "./invitations.ts";
import { createKeyRing } from "./key-ring.ts";
import type { KeyRing } from "./key-ring.ts";
import { createOrganizationDevices } from "./organization-devices.ts";
import type { OrganizationDevices } from "./organization-devices.ts";
import type { PublicKey } from "./public-key.ts";
import { createPasswordTurns } from "./password-turns.ts";
import { createRefusedSignIns } from "./refused-sign-ins.ts";
import type { RefusedSignIns } from "./refused-sign-ins.ts";
import { createReplayMemory } from "./replay-memory.ts";
import { createRevocations } from "./revocations.ts";
import type { Revocations } from "./revocations.ts";
import { loadSecret } from "./secrets.ts";
import { createSessionTokens } from "./session-tokens.ts";
import type {
  SessionGrant,
  SessionTokens,
  VerifiedSession,
} from "./session-tokens.ts";
import { createSignInLimits } from "./sign-in-limits.ts";
import { createSyncTickets } from "./sync-tickets.ts";
import type { SyncTickets } from "./sync-tickets.ts";
import { createSyncTokens } from "./sync-tokens.ts";
import type {
  SyncGrant,
  SyncTokens,
  VerifiedSyncToken,
} from "./sync-tokens.ts";

/** A request, or a socket's upgrade, that a sync token authenticates: its two headers and what the proof must name. */
export interface SyncRequest {
  readonly authorization: string | undefined;
  readonly dpop: string | undefined;
  readonly method: string;
  /** As the client addressed it, with scheme and host; behind a proxy, by the configured external URL. */
  readonly url: string;
}

/** The same with a session token, `Bearer`: its proof is made with the key that is to be registered. */
export interface DeviceRegistration extends SyncRequest {
  readonly publicKey: PublicKey;
  readonly name: string;
}

export interface Identity {
  signUp(request: SignUp): Promise<Result<PersonId, IdentityError>>;
  /** Errors: `sign-in-refused`, `too-many-attempts`, `too-many-requests`. */
  signIn(
    credentials: Credentials,
  ): Promise<Result<SessionGrant, IdentityError>>;
  /** With the service that `IdentityDeps.externalIssuer` names. */
  externalProvider: ExternalSignIn["provider"];
  beginExternalSignIn: ExternalSignIn["begin"];
  signInExternally(
    answer: Parameters<ExternalSignIn["finish"]>[0],
  ): Promise<Result<SessionGrant, IdentityError>>;
  renewSession: SessionTokens["renew"];
  signOut: SessionTokens["end"];
  /** By the header of a request: `Bearer <session token>`. Errors: `token-missing` and those of `SessionTokens.verify`. */
  verifySessionRequest(
    authorization: string | undefined,
  ): Promise<Result<VerifiedSession, IdentityError>>;

  /** Puts the person on the device whose key is proved, and gives them a sync token for it. */
  registerDevice(
    registration: DeviceRegistration,
  ): Promise<Result<SyncGrant, IdentityError>>;
  readonly devices: Devices;
  readonly organizationDevices: OrganizationDevices;

  /**
   * Authenticates the device, and the person who opened the connection. SPEC ID-10 to ID-14.
   * Errors: `token-*`, `proof-*`, and `use_dpop_nonce`, whose `dpopNonce` goes into the header `DPoP-Nonce` of the answer.
   */
  verifySyncRequest(
    request: SyncRequest,
  ): Promise<Result<VerifiedSyncToken, IdentityError>>;
  /**
   * The token of the person whose work a batch is, on a device that `verifySyncRequest` has authenticated with the key
   * `jkt`. Errors: `token-*`, `token-of-other-device`.
   */
  verifyBatchToken(
    token: string,
    jkt: string,
  ): Promise<Result<VerifiedSyncToken, IdentityError>>;
  /** Whether a token that was verified still holds: it may have been revoked since. */
  isSyncTokenGood: SyncTokens["isGood"];
  /** A new sync token for one that `verifySyncRequest` gave, with a full life. Errors: as `SyncTokens.issue`. */
  renewSyncToken(
    caller: VerifiedSyncToken,
  ): Promise<Result<SyncGrant, IdentityError>>;

  /** For the person and device that `verifySyncRequest` gave. */
  issueSyncTicket: SyncTickets["issue"];
  /** Authenticates as `verifySyncRequest` did when the ticket was issued, once. Errors: `ticket-refused`. */
  redeemSyncTicket: SyncTickets["redeem"];

  /** For plain Automerge clients: who holds one acts on the device of the session that it was given to. */
  readonly automergeTickets: Omit<AutomergeTickets, "removeExpired">;

  readonly invitations: Invitations;
  /** Ends all sessions of a person and takes them off all devices. */
  revokePerson(personId: PersonId): Promise<void>;
  readonly onRevoked: Revocations["onRevoked"];
  /** To be called some time after a sign-in was refused, and never before it is answered. */
  oweRefusedSignIns: RefusedSignIns["owe"];
  displayName: Accounts["displayName"];

  readonly keys: KeyRing;
  /** Deletes tokens and sessions whose time is over; the count of them. To be called now and then. */
  removeExpired(): Promise<number>;
}

export interface IdentityDeps {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
  /** The `iss` of every token: this server's name, a URL, that must stay the same. */
  readonly issuer: string;
  /** Who may sign people in beside the accounts here. */
  readonly externalIssuer?: ExternalIssuer | undefined;
}

/** How many proofs are remembered: some 20 MB when full. */
const maxRememberedProofs = 100_000;

export async function createIdentity(deps: IdentityDeps): Promise<Identity> {
  const { store, accounts, clock, random, issuer } = deps;
  const keys = await createKeyRing({ store, clock, issuer });
  const revocations = createRevocations();
  const sessions = createSessionTokens({
    store,
    keys,
    clock,
    random,
    revocations,
  });
  const syncTokens = createSyncTokens({ store, keys, clock, random });
  const tickets = createSyncTickets({ store, clock, random, syncTokens });
  const automergeTickets = createAutomergeTickets({
    store,
    clock,
    random,
    revocations,
  });
  const devices = createDevices({ store, clock, random, revocations });
  const organizationDevices = createOrganizationDevices({
    store,
    clock,
    revocations,
  });
  const invitations = createInvitations({ store, clock, random });
  const limits = createSignInLimits({ clock });
  const passwords = createPasswordTurns();
  const refusals = createRefusedSignIns({ store, clock, random });
  const external = createExternalSignIn({
    refusals,
    store,
    clock,
    random,
    secret: await loadSecret(store, random, "external-nonce"),
    issuer: deps.externalIssuer,
  });
  const proofs = createProofChecker({
    clock,
    nonces: createDpopNonces({
      clock,
      secret: await loadSecret(store, random, "dpop-nonce"),
    }),
    replays: createReplayMemory({
      clock,
      lifetimeMs: 2 * maxProofSkewMs,
      maxProofs: maxRememberedProofs,
    }),
  });

  async function verifySyncRequest(
    request: SyncRequest,
  ): Promise<Result<VerifiedSyncToken, IdentityError>> {
    const token = tokenOf(request.authorization, "DPoP");
    if (!token.ok) return token;
    const verified = await syncTokens.verify(token.value);
    if (!verified.ok) return verified;
    const { dpop: proof, method, url } = request;
    const proved = await proofs.check(
      { proof, method, url, token: token.value },
      verified.value.token.jkt,
    );
    if (!proved.ok) return proved;
    await syncTokens.noteUse(verified.value);
    return ok(verified.value.token);
  }

  async function verifySessionRequest(
    authorization: string | undefined,
  ): Promise<Result<VerifiedSession, IdentityError>> {
    const token = tokenOf(authorization, "Bearer");
    return token.ok ? sessions.verify(token.value) : token;
  }

  async function checkPassword(
    credentials: Credentials,
  ): Promise<Result<PersonId, IdentityError>> {
    const { email } = credentials;
    const allowed = limits.begin(email);
    if (!allowed.ok) return allowed;
    const person = await accounts.signIn(credentials);
    if (person.ok) limits.succeeded(email);
    else await refusals.note(await accounts.personOfEmail(email));
    return person;
  }

  return {
    signUp: (request) => passwords.take(() => accounts.signUp(request)),

    async signIn(credentials) {
      const person = await passwords.take(() => checkPassword(credentials));
      return person.ok ? ok(await sessions.start(person.value)) : person;
    },

    externalProvider: () => external.provider(),
    beginExternalSignIn: () => external.begin(),
    async signInExternally(answer) {
      const person = await external.finish(answer);
      return person.ok ? ok(await sessions.start(person.value)) : person;
    },

    renewSession: (refreshToken) => sessions.renew(refreshToken),
    signOut: (session) => sessions.end(session),
    verifySessionRequest,

    async registerDevice({
      authorization,
      publicKey,
      name,
      dpop: proof,
      method,
      url,
    }) {
      const token = tokenOf(authorization, "Bearer");
      if (!token.ok) return token;
      const session = await sessions.verify(token.value);
      if (!session.ok) return session;
      const jkt = await calculateJwkThumbprint(publicKey);
      const proved = await proofs.check(
        { proof, method, url, token: token.value },
        jkt,
      );
      if (!proved.ok) return proved;
      const { personId } = session.value;
      const deviceId = await devices.register({
        personId,
        publicKey,
        jkt,
        name,
      });
      return deviceId.ok
        ? syncTokens.issue(personId, deviceId.value)
        : deviceId;
    },
    devices,
    organizationDevices,

    verifySyncRequest,
    async verifyBatchToken(token, jkt) {
      const verified = await syncTokens.verify(token);
      if (!verified.ok) return verified;
      if (verified.value.token.jkt !== jkt)
        return err(identityError("token-of-other-device"));
      await syncTokens.noteUse(verified.value);
      return ok(verified.value.token);
    },
    isSyncTokenGood: (token) => syncTokens.isGood(token),
    renewSyncToken: ({ personId, deviceId }) =>
      syncTokens.issue(personId, deviceId),

    issueSyncTicket: (caller) => tickets.issue(caller),
    redeemSyncTicket: (ticket) => tickets.redeem(ticket),
    automergeTickets,

    invitations: {
      ...invitations,
      async acceptInvitation(code, personId) {
        const accepted = await invitations.acceptInvitation(code, personId);
        if (accepted.ok) await organizationDevices.takeOffClosed(personId);
        return accepted;
      },
    },
    async revokePerson(personId) {
      await sessions.endAllOf(personId);
      await devices.leaveAll(personId);
      revocations.announce({ kind: "person", personId });
    },
    onRevoked: (listener) => revocations.onRevoked(listener),
    oweRefusedSignIns: () => refusals.owe(),
    displayName: (personId) => accounts.displayName(personId),

    keys,
    async removeExpired() {
      return (
        (await sessions.removeExpired()) +
        (await syncTokens.removeExpired()) +
        (await tickets.removeExpired()) +
        (await automergeTickets.removeExpired()) +
        (await external.removeExpired())
      );
    },
  };
}

/** The token of an `Authorization` header; schemes are compared without regard to case (RFC 9110, 11.1). */
function tokenOf(
  authorization: string | undefined,
  scheme: "Bearer" | "DPoP",
): Result<string, IdentityError> {
  const [given = "", token = "", ...rest] = (authorization ?? "").split(" ");
  if (
    given.toLowerCase() !== scheme.toLowerCase() ||
    token === "" ||
    rest.length > 0
  )
    return err(identityError("token-missing"));
  return ok(token);
}
