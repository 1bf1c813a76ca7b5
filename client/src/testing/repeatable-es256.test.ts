import type { webcrypto } from "node:crypto";
import { expect, test } from "vitest";

import { generateEs256, signEs256 } from "./repeatable-es256.ts";
import { SeededRandom } from "./seeded-random.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256" };

test("[WO-82] keys and signatures are the same every time, and any verifier takes them", async () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const jwk = generateEs256(new SeededRandom(seed));
    expect(generateEs256(new SeededRandom(seed))).toEqual(jwk);
    const { d: _secret, ...publicJwk } = jwk;
    const keyOf = (from: webcrypto.JsonWebKey, use: webcrypto.KeyUsage) =>
      crypto.subtle.importKey("jwk", from, algorithm, false, [use]);
    const data = new TextEncoder().encode(`message ${seed}`);
    const signature = signEs256(await keyOf(jwk, "sign"), data);
    expect(signEs256(await keyOf(jwk, "sign"), data)).toEqual(signature);
    const verify = async (what: Uint8Array<ArrayBuffer>) =>
      crypto.subtle.verify(
        { name: "ECDSA", hash: "SHA-256" },
        await keyOf(publicJwk, "verify"),
        Uint8Array.from(signature),
        what,
      );
    expect(await verify(data)).toBe(true);
    expect(await verify(Uint8Array.from([...data, 0]))).toBe(false);
  }
});
