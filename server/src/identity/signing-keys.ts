/**
 * The signing keys as they are stored: ES256, named by their RFC 7638 thumbprint. One is current and has its private half; the
 * others are retired, public halves only, kept for ever so that what they signed can be checked; a distrusted one is gone.
 *
 * Everything here is one transaction on the store, so an operator's command may do it beside a running server, which reads the
 * keys again at least once a minute (`key-ring.ts`). Every organization's audit is owed an entry. SPEC ID-7, ID-29.
 */
import { recordIdSchema } from "@suture/schema";
import type { Clock, Store, WriteTransaction } from "@suture/schema";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { IdentityEvent } from "./identity-event.ts";
import {
  identityPartition,
  signingKeysTable,
  syncTicketsTable,
} from "./identity-tables.ts";
import { oweEvent } from "./owe-event.ts";
import { publicKeySchema } from "./public-key.ts";
import type { PublicKey } from "./public-key.ts";

export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: PublicKey;
  /** Only the current key's. */
  readonly privateJwk: (PublicKey & { readonly d: string }) | undefined;
  readonly createdAtMs: number;
  readonly retiredAtMs: number | undefined;
}

interface SigningKeysDeps {
  readonly store: Store;
  readonly clock: Clock;
}

/** Those that are trusted, newest first. */
export async function listSigningKeys(
  store: Store,
): Promise<readonly SigningKey[]> {
  const rows = await store.read(identityPartition, (tx) =>
    tx.scan(signingKeysTable),
  );
  return rows
    .map(({ key, value }) => ({
      kid: String(key[0]),
      publicJwk: value.publicJwk,
      privateJwk: value.privateJwk,
      createdAtMs: value.createdAtMs,
      retiredAtMs: value.retiredAtMs,
    }))
    .toSorted(
      (left, right) =>
        right.createdAtMs - left.createdAtMs ||
        Number(right.privateJwk !== undefined) -
          Number(left.privateJwk !== undefined),
    );
}

/** A key for a store that has no current one. */
export async function ensureSigningKey(deps: SigningKeysDeps): Promise<void> {
  const key = await generateSigningKey();
  await deps.store.write(identityPartition, async (tx) => {
    const rows = await tx.scan(signingKeysTable);
    if (rows.every(({ value }) => value.privateJwk === undefined))
      await putCurrent(tx, key, deps.clock.now());
  });
}

/** The `kid` of the new current key. The private half of the one before is deleted. */
export async function rotateSigningKey(deps: SigningKeysDeps): Promise<string> {
  const key = await generateSigningKey();
  await writeAndTell(deps, async (tx, atMs) => {
    await putCurrent(tx, key, atMs);
    return [{ event: "signing-key-rotated", kid: key.kid }];
  });
  return key.kid;
}

/** Rotates first if the key is the current one. Answers false, and does nothing, for an unknown `kid`. */
export async function distrustSigningKey(
  deps: SigningKeysDeps,
  kid: string,
): Promise<boolean> {
  const next = await generateSigningKey();
  return writeAndTell(deps, async (tx, atMs) => {
    const row = await tx.get(signingKeysTable, [kid]);
    if (!row) return undefined;
    const events: IdentityEvent[] = [];
    if (row.privateJwk) {
      await putCurrent(tx, next, atMs);
      events.push({ event: "signing-key-rotated", kid: next.kid });
    }
    await tx.delete(signingKeysTable, [kid]);
    // They stand for tokens that it may have signed.
    for (const { key } of await tx.scan(syncTicketsTable))
      await tx.delete(syncTicketsTable, key);
    return [...events, { event: "signing-key-distrusted", kid }];
  });
}

/** Whether there was something to tell: every organization is owed what the work answers. */
async function writeAndTell(
  { store, clock }: SigningKeysDeps,
  work: (
    tx: WriteTransaction,
    atMs: number,
  ) => Promise<readonly IdentityEvent[] | undefined>,
): Promise<boolean> {
  const organizationIds = (await store.listPartitions())
    .filter((partition) => partition !== identityPartition)
    .map((partition) => recordIdSchema.parse(partition));
  return store.write(identityPartition, async (tx) => {
    const atMs = clock.now();
    const events = await work(tx, atMs);
    for (const event of events ?? [])
      for (const organizationId of organizationIds)
        await oweEvent(tx, { organizationId, atMs }, event);
    return events !== undefined;
  });
}

async function putCurrent(
  tx: WriteTransaction,
  { kid, publicJwk, d }: GeneratedKey,
  atMs: number,
): Promise<void> {
  for (const { key, value } of await tx.scan(signingKeysTable)) {
    if (!value.privateJwk) continue;
    const { privateJwk: _deleted, ...rest } = value;
    await tx.put(signingKeysTable, key, { ...rest, retiredAtMs: atMs });
  }
  await tx.put(signingKeysTable, [kid], {
    publicJwk,
    privateJwk: { ...publicJwk, d },
    createdAtMs: atMs,
  });
}

interface GeneratedKey {
  readonly kid: string;
  readonly publicJwk: PublicKey;
  readonly d: string;
}

async function generateSigningKey(): Promise<GeneratedKey> {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(pair.privateKey);
  if (d === undefined) throw new Error("the private key could not be exported");
  const publicJwk = publicKeySchema.parse({ kty, crv, x, y });
  return { kid: await calculateJwkThumbprint(publicJwk), publicJwk, d };
}
