/**
 * Tokens and device key in the operating system's keyring, for desktops: Keychain on macOS, Credential Manager on Windows, the
 * Secret Service (GNOME Keyring, KWallet …) on Linux. What is there is encrypted under the user's own sign-in and gone from
 * plain disks and backups.
 *
 * The key, the list of people and each grant are entries of their own, for some keyrings hold little in one. They are written in
 * an order in which a crash leaves somebody signed out rather than a grant that belongs to another key. SPEC ID-19.
 */
import { err, ok, personIdSchema, type Result } from "@suture/schema";
import { z } from "zod";
import {
  jwkToKeyPair,
  keyPairToJwk,
  privateJwkSchema,
  storedGrantSchema,
} from "./stored-identity.ts";
import type { TokenStore } from "./token-store.ts";

/** Named secrets of one service. Rejects where the keyring is locked or gone. */
export interface Keyring {
  load(name: string): Promise<string | undefined>;
  save(name: string, secret: string): Promise<void>;
  remove(name: string): Promise<void>;
}

export interface KeyringUnavailable {
  readonly code: "keyring-unavailable";
}

const keyName = "device key";
const peopleName = "people";
const grantName = (personId: string) => `grant of ${personId}`;
const peopleSchema = z.array(personIdSchema);

/** `server` is the URL the client is given: each server has a key and grants of its own. */
export async function openKeyringTokenStore(options: {
  readonly server: string;
}): Promise<Result<TokenStore, KeyringUnavailable>> {
  try {
    const keyring = await openSystemKeyring(`Suture ${options.server}`);
    await keyring.load(peopleName);
    return ok(createKeyringTokenStore(keyring));
  } catch {
    // No keyring, none unlocked, or none for this platform: whoever asked decides what to do instead.
    return err({ code: "keyring-unavailable" });
  }
}

export function createKeyringTokenStore(keyring: Keyring): TokenStore {
  let lastUpdate: Promise<unknown> = Promise.resolve();

  /** One after the other, each on what the one before left. */
  function update(change: () => Promise<void>): Promise<void> {
    const next = lastUpdate.then(change);
    lastUpdate = next.catch(() => undefined);
    return next;
  }

  const listPersonIds = async () =>
    (await read(keyring, peopleName, peopleSchema)) ?? [];
  const savePeople = (personIds: readonly string[]) =>
    keyring.save(peopleName, JSON.stringify(personIds));

  return {
    needsExtractableKey: true,
    async loadKeyPair() {
      const jwk = await read(keyring, keyName, privateJwkSchema);
      return jwk && jwkToKeyPair(jwk);
    },
    async saveKeyPair(pair) {
      const jwk = await keyPairToJwk(pair);
      await update(async () => {
        const before = await listPersonIds();
        await savePeople([]);
        await keyring.save(keyName, JSON.stringify(jwk));
        for (const personId of before)
          await keyring.remove(grantName(personId));
      });
    },
    async loadGrant(personId) {
      if (!(await listPersonIds()).includes(personId)) return undefined;
      return read(keyring, grantName(personId), storedGrantSchema);
    },
    listPersonIds,
    saveGrant: (grant) =>
      update(async () => {
        await keyring.save(grantName(grant.personId), JSON.stringify(grant));
        const people = new Set([...(await listPersonIds()), grant.personId]);
        await savePeople([...people].toSorted());
      }),
    removeGrant: (personId) =>
      update(async () => {
        const people = await listPersonIds();
        await savePeople(people.filter((held) => held !== personId));
        await keyring.remove(grantName(personId));
      }),
  };
}

async function read<T>(
  keyring: Keyring,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const text = await keyring.load(name);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Without the cause: a parser's message may quote the secret.
    throw new Error("an entry of the keyring is damaged; sign in again");
  }
}

/** Throws where the platform has no keyring. Loaded when it is first wanted: servers and tests need none. */
async function openSystemKeyring(service: string): Promise<Keyring> {
  const { AsyncEntry } = await import("@napi-rs/keyring");
  // The kernel's own keyring, which is the other choice on Linux, forgets everything when the machine restarts.
  const entryOf = (name: string) =>
    new AsyncEntry(service, name, { linux: { store: "secret-service" } });
  return {
    async load(name) {
      const secret = await entryOf(name).getSecret();
      return secret === null
        ? undefined
        : new TextDecoder().decode(new Uint8Array(secret));
    },
    save: (name, secret) =>
      entryOf(name).setSecret(new TextEncoder().encode(secret)),
    async remove(name) {
      await entryOf(name).deleteCredential();
    },
  };
}
