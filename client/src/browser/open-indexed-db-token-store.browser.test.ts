import { randomUuid } from "@suture/schema";
import { openDB } from "idb";
import { describe, expect, test } from "vitest";

import {
  generateDeviceKeyPair,
  openDeviceKey,
} from "../identity/device-key.ts";
import {
  grantOf,
  testTokenStoreContract,
} from "../identity/token-store.contract.ts";
import { systemRandom } from "../system-runtime.ts";
import { openIndexedDbTokenStore } from "./open-indexed-db-token-store.ts";

const newName = () => randomUuid(systemRandom);
const open = (name: string) =>
  openIndexedDbTokenStore(name, { random: systemRandom });

describe("token store in IndexedDB", () => {
  testTokenStoreContract(() => open(newName()));

  test("[WB-9] key and grants are there when the page is opened again, and in a second tab at once", async () => {
    const name = newName();
    const tokens = await open(name);
    const pair = await generateDeviceKeyPair({ isExtractable: false });
    await tokens.saveKeyPair(pair);
    const ann = grantOf("ann");
    await tokens.saveGrant(ann);
    const beside = await open(name);
    expect(await beside.loadGrant(ann.personId)).toEqual(ann);
    const bob = grantOf("bob");
    await beside.saveGrant(bob);
    expect(await tokens.loadGrant(bob.personId)).toEqual(bob);
    tokens.close();
    beside.close();
    const reopened = await open(name);
    expect(await reopened.listPersonIds()).toEqual(["ann", "bob"]);
    const loaded = await reopened.loadKeyPair();
    if (loaded === undefined) throw new Error("no key");
    expect((await openDeviceKey(loaded)).thumbprint).toBe(
      (await openDeviceKey(pair)).thumbprint,
    );
  });

  test("[WB-9] the private key that comes back cannot be exported", async () => {
    const tokens = await open(newName());
    await tokens.saveKeyPair(
      await generateDeviceKeyPair({ isExtractable: false }),
    );
    const pair = await tokens.loadKeyPair();
    if (pair === undefined) throw new Error("no key");
    expect(pair.privateKey.extractable).toBe(false);
    await expect(
      crypto.subtle.exportKey("jwk", pair.privateKey),
    ).rejects.toThrow();
  });

  test("[WB-9] a token lies nowhere as it is", async () => {
    const name = newName();
    const tokens = await open(name);
    const ann = grantOf("ann");
    await tokens.saveGrant(ann);
    const db = await openDB(`suture-tokens-${name}`);
    const stored: unknown = await db.get("grants", ann.personId);
    const bytes = Object.values(Object(stored)).flatMap((value) =>
      value instanceof ArrayBuffer || value instanceof Uint8Array
        ? [new TextDecoder("latin1").decode(value)]
        : [],
    );
    expect(bytes).toHaveLength(2);
    expect(bytes.join("")).not.toContain("token of ann");
    db.close();
  });

  test("[WB-9, WB-40] a grant that does not open, as one moved to somebody else, is none; the others' stay, and signing in again replaces it", async () => {
    const name = newName();
    const tokens = await open(name);
    const [ann, bob] = [grantOf("ann"), grantOf("bob")];
    await tokens.saveGrant(ann);
    const db = await openDB(`suture-tokens-${name}`);
    await db.put("grants", await db.get("grants", ann.personId), bob.personId);
    db.close();
    expect(await tokens.loadGrant(bob.personId)).toBeUndefined();
    expect(await tokens.loadGrant(ann.personId)).toEqual(ann);
    await tokens.saveGrant(bob);
    expect(await tokens.loadGrant(bob.personId)).toEqual(bob);
  });
});
