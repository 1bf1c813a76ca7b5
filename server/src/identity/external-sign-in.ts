/**
 * Signing in by another service's word: an ID token of the configured issuer, bound by its nonce to an attempt begun here. Who the
 * person is, issuer and subject say, and nothing else: an e-mail in the token is not looked at, so nobody comes into an account
 * by having its address elsewhere. The first sign-in makes the account. SPEC ID-31, ID-32, AP-162.
 */
import {
  err,
  identityError,
  ok,
  personIdSchema,
  randomUuid,
} from "@suture/schema";
import type {
  Clock,
  IdentityError,
  PersonId,
  Random,
  Result,
  Store,
} from "@suture/schema";
import type { AuthorizationCode, ExternalIssuer } from "./external-issuer.ts";
import { createExternalNonces } from "./external-nonce.ts";
import { externalPersonsTable, identityPartition } from "./identity-tables.ts";
import type { RefusedSignIns } from "./refused-sign-ins.ts";
import { digestOf } from "./secrets.ts";

export interface ExternalAttempt {
  /** To be sent to the issuer, and with the ID token; good for one sign-in within 15 minutes. */
  readonly nonce: string;
  readonly issuer: string;
  readonly clientId: string;
}

export interface ExternalProvider {
  /** Null where people sign in with passwords only. */
  readonly issuer: string | null;
  /** Where a browser begins; null while the issuer does not say. */
  readonly authorizationEndpoint: string | null;
}

/** What comes back from the issuer, with the nonce of the attempt. */
export type ExternalAnswer = { readonly nonce: string } & (
  { readonly idToken: string } | AuthorizationCode
);

/** Between the issuer's clock and ours. */
const clockToleranceMs = 60_000;

export interface ExternalSignIn {
  provider(): Promise<ExternalProvider>;
  /** Errors: `external-sign-in-refused` where no issuer is configured. */
  begin(): Result<ExternalAttempt, IdentityError>;
  /** Errors: `external-sign-in-refused`, `external-issuer-unavailable`, `too-many-requests`. */
  finish(answer: ExternalAnswer): Promise<Result<PersonId, IdentityError>>;
  removeExpired(): Promise<number>;
}

export function createExternalSignIn(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly secret: string;
  readonly issuer: ExternalIssuer | undefined;
  readonly refusals: Pick<RefusedSignIns, "noteIn">;
}): ExternalSignIn {
  const { store, clock, random, issuer } = deps;
  const nonces = createExternalNonces(deps);
  const refused = () => err(identityError("external-sign-in-refused"));

  return {
    async provider() {
      const endpoint = await issuer?.authorizationEndpoint();
      return {
        issuer: issuer?.issuer ?? null,
        authorizationEndpoint: endpoint?.ok === true ? endpoint.value : null,
      };
    },

    begin() {
      if (issuer === undefined) return refused();
      const { clientId } = issuer;
      return ok({ nonce: nonces.issue(), issuer: issuer.issuer, clientId });
    },

    async finish(answer) {
      const { nonce } = answer;
      if (issuer === undefined || !nonces.isOurs(nonce)) return refused();
      const idToken =
        "idToken" in answer
          ? ok(answer.idToken)
          : await issuer.exchange(answer);
      if (!idToken.ok) return idToken;
      const verified = await issuer.verify(idToken.value, nonce);
      if (!verified.ok) return verified;
      const { authenticatedAtMs } = verified.value;
      // The app asks for them to show anew who they are, and whoever holds the device may have changed what it asked.
      const isTooOld =
        authenticatedAtMs !== null &&
        authenticatedAtMs < nonces.issuedAtMs(nonce) - clockToleranceMs;
      if ("code" in answer && isTooOld) return refused();
      const key = [issuer.issuer, digestOf(verified.value.subject)];
      const freshId = personIdSchema.parse(randomUuid(random));
      return store.write(identityPartition, async (tx) => {
        const known = await tx.get(externalPersonsTable, key);
        if (!(await nonces.use(tx, nonce))) {
          await deps.refusals.noteIn(tx, known?.personId);
          return refused();
        }
        if (known) return ok(known.personId);
        await tx.put(externalPersonsTable, key, {
          personId: freshId,
          firstSignInAtMs: clock.now(),
        });
        return ok(freshId);
      });
    },

    removeExpired: () =>
      store.write(identityPartition, (tx) => nonces.removeExpired(tx)),
  };
}
