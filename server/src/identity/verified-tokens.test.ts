import { createMemoryStore, type Store } from "@suture/schema";
import { decodeProtectedHeader } from "jose";
import type { JWTPayload } from "jose";
import { beforeEach, expect, test } from "vitest";
import { identityTables } from "./identity-tables.ts";
import {
  createIdentityWorld,
  createTestDevice,
  HandSetClock,
  issuer,
  registerOn,
  signInSomebody,
} from "./identity-world.ts";
import { createKeyRing, type KeyRing, type TokenKind } from "./key-ring.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

const kind: TokenKind = {
  audience: "here",
  typ: "here+jwt",
  requiredClaims: ["sub", "exp"],
  maxAgeMs: 2 * 3_600_000,
  isRemembered: true,
};

let clock: HandSetClock;
let store: Store;
let keys: KeyRing;
beforeEach(async () => {
  clock = new HandSetClock();
  store = createMemoryStore({ tables: identityTables });
  keys = await createKeyRing({ store, clock, issuer });
});

const nowS = () => clock.now() / 1000;
const sign = (claims: JWTPayload = {}) =>
  keys.sign(kind, { sub: "ann", exp: nowS() + 3_600, ...claims });

async function codeOf(
  token: string,
  ring: KeyRing = keys,
  asked: TokenKind = kind,
): Promise<string> {
  const verified = await ring.verify(asked, token);
  return verified.ok ? "ok" : verified.error.code;
}

test("[ID-40] a token that was verified before gets the answer of a new one, at any time", async () => {
  const tokens = [
    await sign(),
    await sign({ exp: nowS() + 24 * 3_600 }),
    await sign({ nbf: nowS() + 300 }),
  ];
  const secondsLater = [
    0,
    -300,
    -301,
    1,
    3_599,
    3_600,
    7_200,
    7_500,
    7_501,
    24 * 3_600,
  ];
  const startMs = clock.now();
  const codes = new Set<string>();
  for (const token of tokens)
    for (const seconds of secondsLater)
      for (const ms of [-1, 0, 1]) {
        clock.advance(startMs - clock.now());
        expect(await codeOf(token)).toBe("ok");
        clock.advance(seconds * 1_000 + ms);
        const fresh = await createKeyRing({ store, clock, issuer });
        const code = await codeOf(token);
        expect(code, `${seconds} s`).toBe(await codeOf(token, fresh));
        codes.add(code);
      }
  expect(codes).toEqual(new Set(["ok", "token-expired", "token-invalid"]));
});

test("[ID-40] a distrusted key's token is refused at once, and within a minute where another process distrusted it", async () => {
  const otherNode = await createKeyRing({ store, clock, issuer });
  const token = await sign();
  expect([await codeOf(token), await codeOf(token, otherNode)]).toEqual([
    "ok",
    "ok",
  ]);
  await keys.distrust(decodeProtectedHeader(token).kid ?? "");
  expect(await codeOf(token)).toBe("token-invalid");
  clock.advance(60_001);
  expect(await codeOf(token, otherNode)).toBe("token-invalid");
});

test("[ID-40] what is known of one token says nothing of another kind, nor of a text that differs in one letter", async () => {
  const token = await sign();
  expect(await codeOf(token)).toBe("ok");
  for (const other of [
    { ...kind, audience: "there" },
    { ...kind, typ: "there+jwt" },
  ])
    expect(await codeOf(token, keys, other)).toBe("token-wrong-kind");
  expect(
    await codeOf(token, keys, { ...kind, requiredClaims: ["device_id"] }),
  ).toBe("token-invalid");
  const at = token.lastIndexOf(".") + 5;
  for (const letter of ["A", "B"]) {
    const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
    if (changed !== token) expect(await codeOf(changed)).toBe("token-invalid");
  }
});

test("[ID-40] what a caller does to the claims it was given changes no later answer", async () => {
  const token = await sign();
  for (let count = 0; count < 3; count += 1) {
    const verified = await keys.verify(kind, token);
    if (!verified.ok) throw new Error(verified.error.code);
    expect(verified.value.sub).toBe("ann");
    verified.value.sub = "bob";
  }
});

test("[ID-40] a sync token that has come with many pushes is refused with the next once its device is revoked", async () => {
  const world = await createIdentityWorld();
  const tablet = await createTestDevice();
  const { sessionToken } = await signInSomebody(world, "ann@clinic.example");
  const grant = await registerOn(world, tablet, sessionToken);
  if (!grant.ok) throw new Error(grant.error.code);
  const push = async (jkt: string) => {
    const shown = await world.identity.verifyBatchToken(
      grant.value.syncToken,
      jkt,
    );
    return shown.ok ? "ok" : shown.error.code;
  };
  const stranger = await createTestDevice();
  for (let count = 0; count < 3; count += 1) {
    expect(await push(tablet.jkt)).toBe("ok");
    expect(await push(stranger.jkt)).toBe("token-of-other-device");
  }
  await world.identity.devices.revoke(grant.value.deviceId);
  expect(await push(tablet.jkt)).toBe("token-revoked");
});

test("[ID-40] so many are remembered: those shown last", () => {
  const tokens = new VerifiedTokens<TokenKind>({ maxTokens: 2 });
  const known = () =>
    ["one", "two", "three"].filter((token) => tokens.claimsOf(kind, token));
  tokens.keep(kind, "one", { sub: "1" });
  tokens.keep(kind, "two", { sub: "2" });
  expect(tokens.claimsOf(kind, "one")).toEqual({ sub: "1" });
  tokens.keep(kind, "three", { sub: "3" });
  expect(known()).toEqual(["one", "three"]);
  tokens.forget("one");
  expect(known()).toEqual(["three"]);
  tokens.clear();
  expect(known()).toEqual([]);
});
