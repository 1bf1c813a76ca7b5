/**
 * Session tokens: 15 minutes of the HTTP API and the UI for one person, renewed by a refresh token.
 *
 * A refresh token gives the next one, and is good until that is used: an answer may be lost, with the page or the network that waited
 * for it. One that comes back later was copied, or the one that took its place was: the session ends (SPEC ID-9).
 *
 * A session that has ended is noticed at the next request, not when its token runs out. SPEC ID-8.
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
  WriteTransaction,
} from "@suture/schema";
import { z } from "zod";
import {
  identityPartition,
  refreshesTable,
  sessionsTable,
} from "./identity-tables.ts";
import type { KeyRing, TokenKind } from "./key-ring.ts";
import { oweEventOfPerson } from "./owe-event.ts";
import type { Revocations } from "./revocations.ts";
import { digestOf, drawSecret } from "./secrets.ts";

export const sessionTokenLifetimeMs = 15 * 60_000;
export const sessionTokenKind: TokenKind = {
  audience: "suture-api",
  typ: "suture-session+jwt",
  requiredClaims: ["sub", "sid", "jti", "exp"],
  maxAgeMs: sessionTokenLifetimeMs,
};
export const refreshTokenLifetimeMs = 30 * 24 * 3_600_000;

export interface SessionGrant {
  readonly personId: PersonId;
  readonly sessionToken: string;
  readonly sessionTokenExpiresAtMs: number;
  readonly refreshToken: string;
}

export interface VerifiedSession {
  readonly personId: PersonId;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

export interface SessionTokens {
  start(personId: PersonId): Promise<SessionGrant>;
  /** Errors: `session-ended`, `refresh-reused`. */
  renew(refreshToken: string): Promise<Result<SessionGrant, IdentityError>>;
  /** Errors: `token-invalid`, `token-wrong-kind`, `token-expired`, `token-revoked` (the session has ended). */
  verify(token: string): Promise<Result<VerifiedSession, IdentityError>>;
  /** Signs out: the session token and its refresh token stop working. */
  end(session: Pick<VerifiedSession, "personId" | "sessionId">): Promise<void>;
  endAllOf(personId: PersonId): Promise<void>;
  /** Deletes rows that no longer decide anything; the count of them. To be called now and then. */
  removeExpired(): Promise<number>;
}

const claimsSchema = z.object({
  sub: personIdSchema,
  sid: z.uuid(),
  exp: z.number(),
});

export function createSessionTokens(deps: {
  readonly store: Store;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly revocations: Pick<Revocations, "announce">;
}): SessionTokens {
  const { store, keys, clock, random, revocations } = deps;

  /** The first of a session, or given for the one that was used. */
  async function putRefresh(
    tx: WriteTransaction,
    refreshToken: string,
    { personId, sessionId }: Pick<VerifiedSession, "personId" | "sessionId">,
    used?: { readonly digest: string; readonly startedAtMs: number },
  ): Promise<void> {
    const expiresAtMs = clock.now() + refreshTokenLifetimeMs;
    await tx.put(refreshesTable, [digestOf(refreshToken)], {
      personId,
      sessionId,
      expiresAtMs,
      givenFor: used?.digest,
    });
    await tx.put(sessionsTable, [personId, sessionId], {
      startedAtMs: used?.startedAtMs ?? clock.now(),
      expiresAtMs,
      renewedBy: used?.digest,
    });
  }

  async function grant(
    personId: PersonId,
    sessionId: string,
    refreshToken: string,
  ): Promise<SessionGrant> {
    const expiresAtS = Math.floor(
      (clock.now() + sessionTokenLifetimeMs) / 1000,
    );
    const sessionToken = await keys.sign(sessionTokenKind, {
      sub: personId,
      sid: sessionId,
      jti: randomUuid(random),
      exp: expiresAtS,
    });
    return {
      personId,
      sessionToken,
      sessionTokenExpiresAtMs: expiresAtS * 1000,
      refreshToken,
    };
  }

  return {
    async start(personId) {
      const sessionId = randomUuid(random);
      const refreshToken = drawSecret(random, 32);
      await store.write(identityPartition, async (tx) => {
        await putRefresh(tx, refreshToken, { personId, sessionId });
        await oweEventOfPerson(
          tx,
          { personId, atMs: clock.now() },
          ({ memberId }) => ({ event: "sign-in", memberId }),
        );
      });
      return grant(personId, sessionId, refreshToken);
    },

    async renew(usedToken) {
      const nextToken = drawSecret(random, 32);
      let reusedOf: { personId: PersonId; sessionId: string } | undefined;
      const renewed = await store.write(identityPartition, async (tx) => {
        const digest = digestOf(usedToken);
        const refresh = await tx.get(refreshesTable, [digest]);
        if (!refresh || refresh.expiresAtMs <= clock.now())
          return err(identityError("session-ended"));
        const { personId, sessionId, givenFor, isUsed = false } = refresh;
        const session = await tx.get(sessionsTable, [personId, sessionId]);
        if (!session) return err(identityError("session-ended"));
        const { startedAtMs, renewedBy } = session;
        const isNext = !isUsed && givenFor === renewedBy;
        if (!isNext && digest !== renewedBy) {
          reusedOf = { personId, sessionId };
          await tx.delete(sessionsTable, [personId, sessionId]);
          await oweEventOfPerson(
            tx,
            { personId, atMs: clock.now() },
            ({ memberId }) => ({ event: "refresh-reused", memberId }),
          );
          return err(identityError("refresh-reused"));
        }
        await putRefresh(tx, nextToken, refresh, { digest, startedAtMs });
        return ok(refresh);
      });
      if (reusedOf !== undefined)
        revocations.announce({ kind: "session", ...reusedOf });
      return renewed.ok
        ? ok(
            await grant(
              renewed.value.personId,
              renewed.value.sessionId,
              nextToken,
            ),
          )
        : renewed;
    },

    async verify(token) {
      const verified = await keys.verify(sessionTokenKind, token);
      if (!verified.ok) return verified;
      const claims = claimsSchema.safeParse(verified.value);
      if (!claims.success) return err(identityError("token-invalid"));
      const { sub: personId, sid: sessionId, exp } = claims.data;
      const row = await store.read(identityPartition, (tx) =>
        tx.get(sessionsTable, [personId, sessionId]),
      );
      return row
        ? ok({ personId, sessionId, expiresAtMs: exp * 1000 })
        : err(identityError("token-revoked"));
    },

    async end({ personId, sessionId }) {
      await store.write(identityPartition, async (tx) => {
        const key = [personId, sessionId];
        if (!(await tx.get(sessionsTable, key))) return;
        await tx.delete(sessionsTable, key);
        await oweEventOfPerson(
          tx,
          { personId, atMs: clock.now() },
          ({ memberId }) => ({ event: "sign-out", memberId }),
        );
      });
      revocations.announce({ kind: "session", personId, sessionId });
    },

    async endAllOf(personId) {
      await store.write(identityPartition, async (tx) => {
        for (const { key } of await tx.scan(sessionsTable, {
          prefix: [personId],
        }))
          await tx.delete(sessionsTable, key);
      });
    },

    async removeExpired() {
      return store.write(identityPartition, async (tx) => {
        const refreshes = (await tx.scan(refreshesTable)).filter(
          (row) => row.value.expiresAtMs <= clock.now(),
        );
        const sessions = (await tx.scan(sessionsTable)).filter(
          (row) => row.value.expiresAtMs <= clock.now(),
        );
        for (const { key } of refreshes) await tx.delete(refreshesTable, key);
        for (const { key } of sessions) await tx.delete(sessionsTable, key);
        return refreshes.length + sessions.length;
      });
    },
  };
}
