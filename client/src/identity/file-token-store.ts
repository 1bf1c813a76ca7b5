/**
 * Tokens and device key in one JSON file, for Node clients.
 *
 * The file's mode is 0600 from its first byte and its folder's 0700; each save writes a new file beside it, flushes it and
 * renames it, so that a crash leaves the old tokens or the new ones. That guards against other users of the machine, not
 * against another program of the same user, nor against whoever takes the disk: a store in the operating system's keyring
 * does, and will take this one's place on desktops. Windows ignores the modes.
 */
import { chmod, mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { deviceIdSchema, personIdSchema } from "@suture/schema";
import { exportJWK, importJWK } from "jose";
import type { CryptoKey } from "jose";
import { z } from "zod";
import type { DeviceKeyPair } from "./device-key.ts";
import type { TokenStore } from "./token-store.ts";

const privateJwkSchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

const contentSchema = z.object({
  version: z.literal(1),
  privateJwk: privateJwkSchema.optional(),
  grants: z.record(
    personIdSchema,
    z.object({
      personId: personIdSchema,
      deviceId: deviceIdSchema,
      syncToken: z.string(),
      syncTokenExpiresAtMs: z.number(),
      refreshToken: z.string().optional(),
    }),
  ),
});
type Content = z.infer<typeof contentSchema>;

/** Throws on a file that is there but is not ours or is damaged: guessing would cost the device its key. */
export function createFileTokenStore(path: string): TokenStore {
  let lastUpdate: Promise<unknown> = Promise.resolve();

  /** One after the other, each on what the one before left. */
  function update(change: (content: Content) => Content): Promise<void> {
    const next = lastUpdate.then(async () =>
      write(path, change(await read(path))),
    );
    lastUpdate = next.catch(() => undefined);
    return next;
  }

  return {
    needsExtractableKey: true,
    async loadKeyPair() {
      const { privateJwk } = await read(path);
      if (!privateJwk) return undefined;
      const { d: _secret, ...publicJwk } = privateJwk;
      return {
        privateKey: await importKey(privateJwk),
        publicKey: await importKey(publicJwk),
      };
    },
    async saveKeyPair(pair: DeviceKeyPair) {
      const privateJwk = privateJwkSchema.parse(
        await exportJWK(pair.privateKey),
      );
      await update((content) => ({ ...content, privateJwk, grants: {} }));
    },
    async loadGrant(personId) {
      const grant = (await read(path)).grants[personId];
      return grant && { ...grant, refreshToken: grant.refreshToken };
    },
    async listPersonIds() {
      return Object.values((await read(path)).grants)
        .map((grant) => grant.personId)
        .toSorted();
    },
    async saveGrant(grant) {
      await update((content) => ({
        ...content,
        grants: { ...content.grants, [grant.personId]: { ...grant } },
      }));
    },
    async removeGrant(personId) {
      await update((content) => {
        const { [personId]: _removed, ...grants } = content.grants;
        return { ...content, grants };
      });
    },
  };
}

async function read(path: string): Promise<Content> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT")
      return { version: 1, grants: {} };
    throw new Error("the token file cannot be read", { cause });
  }
  try {
    return contentSchema.parse(JSON.parse(text));
  } catch {
    // Without the cause: a parser's message may quote the file, and the file holds tokens.
    throw new Error("the token file is damaged; remove it and sign in again");
  }
}

async function write(path: string, content: Content): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  const file = await open(draft, "w", 0o600);
  try {
    // A draft left by a crash keeps the mode it had.
    await chmod(draft, 0o600);
    await file.writeFile(JSON.stringify(content));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

async function importKey(
  jwk:
    | z.infer<typeof privateJwkSchema>
    | Omit<z.infer<typeof privateJwkSchema>, "d">,
): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk, ext: true }, "ES256");
  if (key instanceof Uint8Array)
    throw new Error("a device key is an EC key pair");
  return key;
}
