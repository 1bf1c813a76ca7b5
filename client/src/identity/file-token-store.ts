/**
 * Tokens and device key in one JSON file, for Node clients.
 *
 * The file's mode is 0600 from its first byte and its folder's 0700; each save writes a new file beside it, flushes it and
 * renames it, so that a crash leaves the old tokens or the new ones. That guards against other users of the machine, not
 * against another program of the same user, nor against whoever takes the disk: `keyring-token-store.ts` does, where a
 * desktop has a keyring. Windows ignores the modes.
 */
import { chmod, mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { personIdSchema } from "@suture/schema";
import { z } from "zod";
import {
  jwkToKeyPair,
  keyPairToJwk,
  privateJwkSchema,
  storedGrantSchema,
} from "./stored-identity.ts";
import type { TokenStore } from "./token-store.ts";

const contentSchema = z.object({
  version: z.literal(1),
  privateJwk: privateJwkSchema.optional(),
  grants: z.record(personIdSchema, storedGrantSchema),
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
      return privateJwk && jwkToKeyPair(privateJwk);
    },
    async saveKeyPair(pair) {
      const privateJwk = await keyPairToJwk(pair);
      await update((content) => ({ ...content, privateJwk, grants: {} }));
    },
    async loadGrant(personId) {
      return (await read(path)).grants[personId];
    },
    async listPersonIds() {
      return Object.values((await read(path)).grants)
        .map((grant) => grant.personId)
        .toSorted();
    },
    async saveGrant(grant) {
      await update((content) => ({
        ...content,
        grants: { ...content.grants, [grant.personId]: grant },
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
