/**
 * Sync tokens: 180 days of sync for one person on one device, bound to the device's key (`cnf.jkt`, RFC 7800 and 9449).
 *
 * Long, because a device may be away for months and its work must still find its way home; harmless when stolen, because
 * it does nothing without the device key; and revocable, because every use looks its row up. SPEC ID-10.
 *
 * A renewal does not end the old token: its answer may be lost on the way. The first use of a newer one does.
 */
import {
  deviceIdSchema,
  err,
  identityError,
  ok,
  personIdSchema,
  randomUuid,
} from "@suture/schema";
import type {
  Clock,
  DeviceId,
  IdentityError,
  PersonId,
  Random,
  Result,
  Store,
  WriteTransaction,
} from "@suture/schema";
import { z } from "zod";
import { isClosedTo } from "./closed-device.ts";
import {
  devicesTable,
  identityPartition,
  syncTokensTable,
} from "./identity-tables.ts";
import type { KeyRing, TokenKind } from "./key-ring.ts";

export const syncTokenLifetimeMs = 180 * 24 * 3_600_000;
/** Of one person on one device. */
const maxUnusedTokens = 8;
export const syncTokenKind: TokenKind = {
  audience: "suture-sync",
  typ: "suture-sync+jwt",
  requiredClaims: ["sub", "device_id", "jti", "exp", "cnf"],
  maxAgeMs: syncTokenLifetimeMs,
  isRemembered: true,
};

export interface SyncGrant {
  readonly deviceId: DeviceId;
  readonly syncToken: string;
  readonly syncTokenExpiresAtMs: number;
}

export interface VerifiedSyncToken {
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
  readonly tokenId: string;
  readonly expiresAtMs: number;
  /** Thumbprint of the only key that may use the token. */
  readonly jkt: string;
}

export interface ShownSyncToken {
  readonly token: VerifiedSyncToken;
  /** Whether it was used before, and has ended what it replaced. */
  readonly isUsed: boolean;
}

export interface SyncTokens {
  /** Errors: `device-unknown` (also when the person is not on it), `device-revoked`. */
  issue(
    personId: PersonId,
    deviceId: DeviceId,
  ): Promise<Result<SyncGrant, IdentityError>>;
  /** The token alone; whoever calls checks the proof. Errors: `token-invalid`, `token-wrong-kind`, `token-expired`, `token-revoked`. */
  verify(token: string): Promise<Result<ShownSyncToken, IdentityError>>;
  /** Whether a token that was verified is still neither expired nor revoked. */
  isGood(token: VerifiedSyncToken): Promise<boolean>;
  /** To be called once the proof was right: ends the tokens that this one replaces. */
  noteUse(shown: ShownSyncToken): Promise<void>;
  removeExpired(): Promise<number>;
}

const claimsSchema = z.object({
  sub: personIdSchema,
  device_id: deviceIdSchema,
  jti: z.uuid(),
  exp: z.number(),
  cnf: z.object({ jkt: z.string() }),
});

export function createSyncTokens(deps: {
  readonly store: Store;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
}): SyncTokens {
  const { store, keys, clock, random } = deps;

  /** The row of a token that is neither expired nor revoked. Bound to the key it was issued for, even if a leaked signing key says another. The device is looked at too: who becomes a member of an organization that had closed it is not let back in. */
  const goodRow = (token: VerifiedSyncToken) =>
    store.read(identityPartition, async (tx) => {
      const { deviceId, personId, tokenId } = token;
      const row = await tx.get(syncTokensTable, [deviceId, personId, tokenId]);
      const device = row && (await tx.get(devicesTable, [deviceId]));
      return device !== undefined &&
        row?.jkt === token.jkt &&
        token.expiresAtMs > clock.now() &&
        !(await isClosedTo(tx, personId, device))
        ? row
        : undefined;
    });

  return {
    async issue(personId, deviceId) {
      const tokenId = randomUuid(random);
      const issuedAtMs = clock.now();
      const expiresAtS = Math.floor((issuedAtMs + syncTokenLifetimeMs) / 1000);
      const device = await store.write(identityPartition, async (tx) => {
        const row = await tx.get(devicesTable, [deviceId]);
        if (!row?.personIds.includes(personId))
          return err(identityError("device-unknown"));
        if (
          row.revokedAtMs !== undefined ||
          (await isClosedTo(tx, personId, row))
        )
          return err(identityError("device-revoked"));
        await makeRoom(tx, deviceId, personId);
        await tx.put(syncTokensTable, [deviceId, personId, tokenId], {
          jkt: row.jkt,
          issuedAtMs,
          expiresAtMs: expiresAtS * 1000,
          isUsed: false,
        });
        return ok(row);
      });
      if (!device.ok) return device;
      const syncToken = await keys.sign(syncTokenKind, {
        sub: personId,
        device_id: deviceId,
        jti: tokenId,
        exp: expiresAtS,
        cnf: { jkt: device.value.jkt },
      });
      return ok({
        deviceId,
        syncToken,
        syncTokenExpiresAtMs: expiresAtS * 1000,
      });
    },

    async verify(token) {
      const verified = await keys.verify(syncTokenKind, token);
      if (!verified.ok) return verified;
      const claims = claimsSchema.safeParse(verified.value);
      if (!claims.success) return err(identityError("token-invalid"));
      const { sub, device_id, jti, exp, cnf } = claims.data;
      const read = {
        personId: sub,
        deviceId: device_id,
        tokenId: jti,
        expiresAtMs: exp * 1000,
        jkt: cnf.jkt,
      };
      const row = await goodRow(read);
      return row === undefined
        ? err(identityError("token-revoked"))
        : ok({ token: read, isUsed: row.isUsed });
    },

    isGood: async (token) => (await goodRow(token)) !== undefined,

    async noteUse({ token, isUsed }) {
      if (isUsed) return;
      const { personId, deviceId, tokenId } = token;
      await store.write(identityPartition, async (tx) => {
        const row = await tx.get(syncTokensTable, [
          deviceId,
          personId,
          tokenId,
        ]);
        if (!row) return;
        await tx.put(syncTokensTable, [deviceId, personId, tokenId], {
          ...row,
          isUsed: true,
        });
        for (const { key, value } of await tx.scan(syncTokensTable, {
          prefix: [deviceId, personId],
        })) {
          if (key[2] !== tokenId && value.issuedAtMs <= row.issuedAtMs)
            await tx.delete(syncTokensTable, key);
        }
      });
    },

    async removeExpired() {
      return store.write(identityPartition, async (tx) => {
        const rows = (await tx.scan(syncTokensTable)).filter(
          (row) => row.value.expiresAtMs <= clock.now(),
        );
        for (const { key } of rows) await tx.delete(syncTokensTable, key);
        return rows.length;
      });
    },
  };
}

/** Answers get lost, and their tokens are never used: of those the oldest end, so that asking without end fills nothing. */
async function makeRoom(
  tx: WriteTransaction,
  deviceId: DeviceId,
  personId: PersonId,
): Promise<void> {
  const prefix = [deviceId, personId];
  const unused = (await tx.scan(syncTokensTable, { prefix }))
    .filter(({ value }) => !value.isUsed)
    .toSorted((left, right) => right.value.issuedAtMs - left.value.issuedAtMs);
  for (const { key } of unused.slice(maxUnusedTokens - 1))
    await tx.delete(syncTokensTable, key);
}

/** Revokes the tokens of a device, or of one person on it, within the transaction that says why. */
export async function revokeSyncTokens(
  tx: WriteTransaction,
  deviceId: DeviceId,
  personId?: PersonId,
): Promise<void> {
  const prefix = personId === undefined ? [deviceId] : [deviceId, personId];
  for (const { key } of await tx.scan(syncTokensTable, { prefix }))
    await tx.delete(syncTokensTable, key);
}
