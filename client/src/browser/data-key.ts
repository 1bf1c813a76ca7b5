/**
 * The key that a device's store is sealed with: 32 random bytes, in IndexedDB only as sealed by a `CryptoKey` that the browser gives
 * out to nobody. Made when it is first asked for; whoever asks at the same moment, in another tab, gets the same. SPEC WB-8.
 *
 * Destroyed, it is gone: whatever was sealed with it stays unreadable. The next one is another.
 */
import { StoreError, type Random } from "@suture/schema";
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";

import { dataKeyBytes } from "./row-sealing.ts";
import { toStoreError } from "./store-database.ts";

interface KeySchema extends DBSchema {
  keys: { key: string; value: WrappedKey };
}

interface WrappedKey {
  /** AES-GCM, not extractable. */
  readonly wrappingKey: CryptoKey;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly wrapped: ArrayBuffer;
}

const keyName = "data";

/** Throws a `StoreError`; `store-damaged` for a key that does not open. */
export async function openDataKey(
  name: string,
  { random }: { readonly random: Random },
): Promise<Uint8Array> {
  const db = await openKeys(name);
  try {
    const held = (await db.get("keys", keyName)) ?? (await makeKey(db, random));
    return await unwrapKey(held);
  } catch (cause) {
    throw toStoreError(cause);
  } finally {
    db.close();
  }
}

/** Does nothing where there is none. */
export async function destroyDataKey(name: string): Promise<void> {
  try {
    await deleteDB(keysName(name));
  } catch (cause) {
    throw toStoreError(cause);
  }
}

async function openKeys(name: string): Promise<IDBPDatabase<KeySchema>> {
  try {
    return await openDB<KeySchema>(keysName(name), 1, {
      upgrade: (db) => void db.createObjectStore("keys"),
      blocking(_current, _blocked, event) {
        if (event.target instanceof IDBDatabase) event.target.close();
      },
    });
  } catch (cause) {
    throw toStoreError(cause);
  }
}

async function makeKey(
  db: IDBPDatabase<KeySchema>,
  random: Random,
): Promise<WrappedKey> {
  const made = await wrapNewKey(random);
  const tx = db.transaction("keys", "readwrite", { durability: "strict" });
  // Another tab may have been faster.
  const held = await tx.store.get(keyName);
  if (held === undefined) await tx.store.put(made, keyName);
  await tx.done;
  return held ?? made;
}

async function wrapNewKey(random: Random): Promise<WrappedKey> {
  const wrappingKey = await crypto.subtle.generateKey(
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  const iv = new Uint8Array(random.bytes(12));
  const wrapped = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv },
    wrappingKey,
    new Uint8Array(random.bytes(dataKeyBytes)),
  );
  return { wrappingKey, iv, wrapped };
}

async function unwrapKey({
  wrappingKey,
  iv,
  wrapped,
}: WrappedKey): Promise<Uint8Array> {
  try {
    const algorithm = { name: "AES-GCM", iv };
    return new Uint8Array(
      await crypto.subtle.decrypt(algorithm, wrappingKey, wrapped),
    );
  } catch (cause) {
    throw new StoreError("store-damaged", "the store's key does not open", {
      cause,
    });
  }
}

function keysName(name: string): string {
  return `suture-key-${name}`;
}
