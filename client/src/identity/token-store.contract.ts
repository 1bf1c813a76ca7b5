/** What every token store must do. SPEC ID-19. */
import { deviceIdSchema, personIdSchema } from "@suture/schema";
import { compactVerify, importJWK } from "jose";
import { expect, test } from "vitest";
import { generateDeviceKeyPair, openDeviceKey } from "./device-key.ts";
import type { Grant, TokenStore } from "./token-store.ts";

const deviceId = deviceIdSchema.parse("00000000-0000-4000-8000-000000000000");

export function grantOf(name: string): Grant {
  return {
    personId: personIdSchema.parse(name),
    deviceId,
    syncToken: `sync token of ${name}`,
    syncTokenExpiresAtMs: 1_800_000_000_000,
    refreshToken: `refresh token of ${name}`,
  };
}

export function testTokenStoreContract(open: () => Promise<TokenStore>): void {
  test("[ID-19] a new store holds nothing", async () => {
    const tokens = await open();
    expect(await tokens.loadKeyPair()).toBeUndefined();
    expect(await tokens.loadGrant(grantOf("ann").personId)).toBeUndefined();
    expect(await tokens.listPersonIds()).toEqual([]);
  });

  test("[ID-19] the key that comes back is the key that was saved, and signs", async () => {
    const tokens = await open();
    const pair = await generateDeviceKeyPair({
      isExtractable: tokens.needsExtractableKey,
    });
    await tokens.saveKeyPair(pair);
    const loaded = await tokens.loadKeyPair();
    if (!loaded) throw new Error("no key");
    const key = await openDeviceKey(loaded);
    expect(key.thumbprint).toBe((await openDeviceKey(pair)).thumbprint);
    const jws = await key.sign({ a: 1 }, "test+jwt");
    const { payload } = await compactVerify(
      jws,
      await importJWK({ ...key.publicJwk }, "ES256"),
    );
    expect(new TextDecoder().decode(payload)).toBe('{"a":1}');
  });

  test("[ID-19] each person has one grant; saving replaces it, removing leaves the others", async () => {
    const tokens = await open();
    const [ann, bob] = [grantOf("ann"), grantOf("bob")];
    await tokens.saveGrant(bob);
    await tokens.saveGrant(ann);
    const newer = { ...ann, syncToken: "newer", refreshToken: undefined };
    await tokens.saveGrant(newer);
    expect(await tokens.loadGrant(ann.personId)).toEqual(newer);
    expect(await tokens.listPersonIds()).toEqual(["ann", "bob"]);
    await tokens.removeGrant(ann.personId);
    await tokens.removeGrant(ann.personId);
    expect(await tokens.loadGrant(ann.personId)).toBeUndefined();
    expect(await tokens.loadGrant(bob.personId)).toEqual(bob);
  });

  test("[ID-19] a new key removes the grants that were bound to the old one", async () => {
    const tokens = await open();
    await tokens.saveGrant(grantOf("ann"));
    await tokens.saveKeyPair(
      await generateDeviceKeyPair({
        isExtractable: tokens.needsExtractableKey,
      }),
    );
    expect(await tokens.listPersonIds()).toEqual([]);
  });

  test("[ID-19] saves made at once are all kept", async () => {
    const tokens = await open();
    const names = ["ann", "bob", "cai", "dee", "eve"];
    await Promise.all(names.map((name) => tokens.saveGrant(grantOf(name))));
    expect(await tokens.listPersonIds()).toEqual(names);
  });
}
