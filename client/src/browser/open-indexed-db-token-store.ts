/**
 * A device's key and the grants of those who use it, in IndexedDB. The key pair is kept as the browser's own `CryptoKey`s, of which the
 * private one signs and is given out to nobody; grants, which hold tokens, are sealed by another such key. SPEC ID-19, WB-9.
 *
 * Several tabs use it at once: a save is one transaction. It is sealed beforehand, as a transaction waits for nothing else.
 */
import {
  decodeUtf8,
  encodeUtf8,
  personIdSchema,
  type PersonId,
  type Random,
} from "@suture/schema";
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";

import { storedGrantSchema } from "../identity/stored-identity.ts";
import type { DeviceKeyPair } from "../identity/device-key.ts";
import type { Grant, TokenStore } from "../identity/token-store.ts";

interface TokenSchema extends DBSchema {
  keys: { key: "device"; value: DeviceKeyPair };
  sealing: { key: "grants"; value: CryptoKey };
  grants: { key: string; value: SealedGrant };
}

interface SealedGrant {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

type TokenDatabase = IDBPDatabase<TokenSchema>;

export interface BrowserTokenStore extends TokenStore {
  /** Lets go of the database. */
  close(): void;
}

/** One for each name, in all tabs and workers of an origin. Rejects with what the browser says. */
export async function openIndexedDbTokenStore(
  name: string,
  { random }: { readonly random: Random },
): Promise<BrowserTokenStore> {
  const db = await openTokens(name);
  const sealingKey = await sealingKeyOf(db);
  return {
    needsExtractableKey: false,
    async loadKeyPair() {
      return db.get("keys", "device");
    },
    async saveKeyPair(pair) {
      const tx = db.transaction(["keys", "grants"], "readwrite", strict);
      await Promise.all([
        tx.objectStore("keys").put(pair, "device"),
        tx.objectStore("grants").clear(),
        tx.done,
      ]);
    },
    async loadGrant(personId) {
      const sealed = await db.get("grants", personId);
      return sealed && openGrant(sealingKey, personId, sealed);
    },
    async listPersonIds() {
      const keys = await db.getAllKeys("grants");
      return keys.map((key) => personIdSchema.parse(key)).toSorted();
    },
    async saveGrant(grant) {
      const sealed = await sealGrant(sealingKey, grant, random);
      const tx = db.transaction("grants", "readwrite", strict);
      await Promise.all([tx.store.put(sealed, grant.personId), tx.done]);
    },
    async removeGrant(personId) {
      const tx = db.transaction("grants", "readwrite", strict);
      await Promise.all([tx.store.delete(personId), tx.done]);
    },
    close: () => db.close(),
  };
}

const strict = { durability: "strict" } as const;

function openTokens(name: string): Promise<TokenDatabase> {
  return openDB<TokenSchema>(tokensName(name), 1, {
    upgrade(db) {
      db.createObjectStore("keys");
      db.createObjectStore("sealing");
      db.createObjectStore("grants");
    },
    blocking(_current, _blocked, event) {
      if (event.target instanceof IDBDatabase) event.target.close();
    },
  });
}

/** The device's key, and everybody's sign-in, are gone. */
export async function deleteIndexedDbTokenStore(name: string): Promise<void> {
  await deleteDB(tokensName(name));
}

function tokensName(name: string): string {
  return `suture-tokens-${name}`;
}

/** Made when it is first needed; a tab that was faster made it for all. */
async function sealingKeyOf(db: TokenDatabase): Promise<CryptoKey> {
  const held = await db.get("sealing", "grants");
  if (held !== undefined) return held;
  const made = await crypto.subtle.generateKey(
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  const tx = db.transaction("sealing", "readwrite", strict);
  const other = await tx.store.get("grants");
  if (other === undefined) await tx.store.put(made, "grants");
  await tx.done;
  return other ?? made;
}

async function sealGrant(
  key: CryptoKey,
  grant: Grant,
  random: Random,
): Promise<SealedGrant> {
  const iv = new Uint8Array(random.bytes(12));
  const sealed = await crypto.subtle.encrypt(
    sealingOf(iv, grant.personId),
    key,
    encodeUtf8(JSON.stringify(grant)),
  );
  return { iv, sealed };
}

async function openGrant(
  key: CryptoKey,
  personId: PersonId,
  { iv, sealed }: SealedGrant,
): Promise<Grant | undefined> {
  try {
    const bytes = await crypto.subtle.decrypt(
      sealingOf(iv, personId),
      key,
      sealed,
    );
    return storedGrantSchema.parse(
      JSON.parse(decodeUtf8(new Uint8Array(bytes)) ?? ""),
    );
  } catch {
    // Of no use to anybody, and no reason to keep the others from their work: they sign in again, which replaces it. SPEC WB-40.
    return undefined;
  }
}

/** A grant opens only as that of the person it was saved for. */
function sealingOf(iv: Uint8Array<ArrayBuffer>, personId: PersonId) {
  return {
    name: "AES-GCM",
    iv,
    additionalData: encodeUtf8(personId),
  };
}
