/**
 * Where a device keeps its key and the tokens of the people who use it. A token store belongs to one server; ward tablets
 * are shared, so it holds several people. Implementations: memory (tests, throw-away clients) and a file readable by its
 * owner only. A store in the operating system's keyring, and one in a browser's IndexedDB with a non-extractable key, fit
 * the same contract (`token-store.contract.ts`).
 */
import type { DeviceId, PersonId } from "@suture/schema";
import type { DeviceKeyPair } from "./device-key.ts";

/** What lets a person work on this device. Each token has its own life; one ending does not touch the other. */
export interface Grant {
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
  readonly syncToken: string;
  readonly syncTokenExpiresAtMs: number;
  /** For the next session token; undefined once signed out. Sync goes on without it. */
  readonly refreshToken: string | undefined;
}

export interface TokenStore {
  /** Whether `saveKeyPair` must be able to export the key. */
  readonly needsExtractableKey: boolean;
  loadKeyPair(): Promise<DeviceKeyPair | undefined>;
  /** Replaces a key saved before; grants bound to that one are of no more use and are removed with it. */
  saveKeyPair(pair: DeviceKeyPair): Promise<void>;
  loadGrant(personId: PersonId): Promise<Grant | undefined>;
  /** Everyone with a grant here, in the order of their ids. */
  listPersonIds(): Promise<readonly PersonId[]>;
  /** Replaces the person's grant. */
  saveGrant(grant: Grant): Promise<void>;
  /** Does nothing for a person without one. */
  removeGrant(personId: PersonId): Promise<void>;
}

export function createMemoryTokenStore(): TokenStore {
  let keyPair: DeviceKeyPair | undefined;
  const grantsByPersonId = new Map<PersonId, Grant>();
  return {
    needsExtractableKey: false,
    async loadKeyPair() {
      return keyPair;
    },
    async saveKeyPair(pair) {
      keyPair = pair;
      grantsByPersonId.clear();
    },
    async loadGrant(personId) {
      return grantsByPersonId.get(personId);
    },
    async listPersonIds() {
      return [...grantsByPersonId.keys()].toSorted();
    },
    async saveGrant(grant) {
      grantsByPersonId.set(grant.personId, grant);
    },
    async removeGrant(personId) {
      grantsByPersonId.delete(personId);
    },
  };
}
