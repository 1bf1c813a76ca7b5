/**
 * Keeps a device's tokens from running out while it is in use. SPEC ID-21, ID-22.
 *
 * Renewing the sync token never stands in the way of work: it happens in the background, and a failure leaves the old token.
 */
import { err, identityError, ok } from "@suture/schema";
import type { PersonId, Result } from "@suture/schema";

import type { RequestError } from "./identity-request.ts";
import {
  leaveDevice,
  renewSession,
  renewSyncToken,
  signOut,
} from "./sign-in.ts";
import type { IdentityClientDeps, Session } from "./sign-in.ts";

const dayMs = 24 * 3_600_000;
/** Half of a sync token's life (ID-10). */
const syncTokenHalfLifeMs = 90 * dayMs;
/** What a request may need to arrive, and a device's clock be off. */
const sessionMarginMs = 60_000;

export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

export interface TokenRenewalDeps extends IdentityClientDeps {
  readonly exclusively?: Exclusively;
}

export class TokenRenewal {
  readonly #deps: TokenRenewalDeps;
  /** Of whoever signed in or asked last; perhaps expired. In memory only. */
  session: Session | undefined;
  /** Of two that one refresh token gave the second ends the session, so those who ask at the same time take turns. */
  #renewing: Promise<Result<Session, RequestError>> | undefined;
  #isRenewingSync = false;
  /** Counts sign-outs: a renewal that was on its way then brings nothing back. */
  #signOuts = 0;

  constructor(deps: TokenRenewalDeps) {
    this.#deps = deps;
  }

  /** A session token that is good for a request now. Errors as `renewSession`'s. */
  async liveSession(
    personId: PersonId | undefined,
  ): Promise<Result<Session, RequestError>> {
    if (personId === undefined) return err(identityError("session-ended"));
    const held = this.session;
    const until = this.#deps.clock.now() + sessionMarginMs;
    if (held?.personId === personId && held.sessionTokenExpiresAtMs > until)
      return ok(held);
    if (this.#renewing !== undefined) {
      await this.#renewing;
      return this.liveSession(personId);
    }
    const signOutsBefore = this.#signOuts;
    const { exclusively = (work) => work() } = this.#deps;
    this.#renewing = exclusively(() => renewSession(this.#deps, personId));
    try {
      const renewed = await this.#renewing;
      if (signOutsBefore !== this.#signOuts)
        return err(identityError("session-ended"));
      if (renewed.ok) this.session = renewed.value;
      return renewed;
    } finally {
      this.#renewing = undefined;
    }
  }

  /** Signs the person out of their session, in memory or from before a restart; another person's goes on. */
  async signOut(personId: PersonId): Promise<void> {
    const { session } = this;
    const isTheirs = session?.personId === personId;
    if (isTheirs) this.session = undefined;
    this.#signOuts += 1;
    await signOut(this.#deps, personId, isTheirs ? session : undefined);
  }

  /** Takes the person off this device. Errors as `liveSession`'s: it needs the server. */
  async leaveDevice(personId: PersonId): Promise<Result<void, RequestError>> {
    const session = await this.liveSession(personId);
    if (!session.ok) return session;
    const left = await leaveDevice(this.#deps, session.value);
    if (left.ok) await this.forget(personId);
    return left;
  }

  /** The person's tokens are gone from this device; a renewal that was on its way brings none back. */
  async forget(personId: PersonId): Promise<void> {
    if (this.session?.personId === personId) this.session = undefined;
    this.#signOuts += 1;
    await this.#deps.tokens.removeGrant(personId);
  }

  /** Renews the person's sync token if less than half of its life is left. Never throws; a failure waits for the next occasion. */
  async keepSyncToken(personId: PersonId): Promise<void> {
    if (this.#isRenewingSync) return;
    this.#isRenewingSync = true;
    try {
      const grant = await this.#deps.tokens.loadGrant(personId);
      const leftMs =
        grant && grant.syncTokenExpiresAtMs - this.#deps.clock.now();
      if (leftMs !== undefined && leftMs < syncTokenHalfLifeMs)
        await renewSyncToken(this.#deps, personId);
    } catch {
      // A token store that fails here fails whoever connects next, and says so there.
    } finally {
      this.#isRenewingSync = false;
    }
  }
}
