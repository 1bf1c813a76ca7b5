import { CompactSign } from "jose";
import { beforeEach, expect, test } from "vitest";
import { createDpopNonces, dpopNonceLifetimeMs } from "./dpop-nonce.ts";
import { createProofChecker } from "./dpop-proof.ts";
import type { ProofChecker } from "./dpop-proof.ts";
import {
  createTestDevice,
  HandSetClock,
  makeProof,
  syncUrl,
} from "./identity-world.ts";
import type { ProofParts, TestDevice } from "./identity-world.ts";
import { createReplayMemory } from "./replay-memory.ts";

const token = "some.sync.token";
const secret = "a secret of the test";

let clock: HandSetClock;
let device: TestDevice;
let proofs: ProofChecker;
beforeEach(async () => {
  clock = new HandSetClock();
  device = await createTestDevice();
  proofs = createChecker();
});

function createChecker(maxProofs = 1_000): ProofChecker {
  const replays = createReplayMemory({ clock, lifetimeMs: 600_000, maxProofs });
  return createProofChecker({
    clock,
    nonces: createDpopNonces({ clock, secret }),
    replays,
  });
}

const proofWith = (parts?: ProofParts) =>
  makeProof(device, { clock, token }, parts);

async function check(
  proof: string | undefined,
  change: { url?: string; method?: string; token?: string } = {},
) {
  return proofs.check(
    { proof, method: "GET", url: syncUrl, token, ...change },
    device.jkt,
  );
}

async function codeOf(...request: Parameters<typeof check>): Promise<string> {
  const checked = await check(...request);
  return checked.ok ? "ok" : checked.error.code;
}

/** What the server asks for when it cannot judge a proof's age. */
async function askedNonce(): Promise<string> {
  const asked = await check(await proofWith({ payload: { iat: 0 } }));
  if (asked.ok || asked.error.dpopNonce === undefined)
    throw new Error("no nonce was asked for");
  return asked.error.dpopNonce;
}

test("[ID-11] a right proof tells the key's thumbprint", async () => {
  expect(await check(await proofWith())).toEqual({
    ok: true,
    value: { jkt: device.jkt },
  });
});

test("[ID-11] a proof is for one method, one place and one token; query, fragment and ws for http make no difference", async () => {
  const wss = syncUrl.replace("https", "wss");
  expect(await codeOf(await proofWith(), { url: `${syncUrl}?a=b#c` })).toBe(
    "ok",
  );
  expect(await codeOf(await proofWith(), { url: wss })).toBe("ok");
  expect(await codeOf(await proofWith({ payload: { htu: wss } }))).toBe("ok");
  expect(await codeOf(await proofWith(), { method: "POST" })).toBe(
    "proof-invalid",
  );
  expect(await codeOf(await proofWith(), { url: `${syncUrl}/more` })).toBe(
    "proof-invalid",
  );
  expect(
    await codeOf(await proofWith(), {
      url: syncUrl.replace("suture", "other"),
    }),
  ).toBe("proof-invalid");
  expect(
    await codeOf(await proofWith(), { url: syncUrl.replace("https", "http") }),
  ).toBe("proof-invalid");
  expect(await codeOf(await proofWith(), { token: "another.sync.token" })).toBe(
    "proof-invalid",
  );
  expect(
    await codeOf(await proofWith({ payload: { htu: "nowhere" } }), {
      url: "nowhere",
    }),
  ).toBe("proof-invalid");
});

test("[ID-11] a proof by another key is refused, also when it shows ours", async () => {
  const other = await createTestDevice();
  expect(await codeOf(await makeProof(other, { clock, token }))).toBe(
    "proof-invalid",
  );
  expect(await codeOf(await proofWith({ signedBy: other }))).toBe(
    "proof-invalid",
  );
});

test("[ID-11] another typ, another algorithm, a private key, missing claims and noise are refused", async () => {
  expect(await codeOf(undefined)).toBe("proof-missing");
  expect(await codeOf("")).toBe("proof-missing");
  expect(await codeOf(await proofWith({ header: { typ: "JWT" } }))).toBe(
    "proof-invalid",
  );
  expect(
    await codeOf(
      await proofWith({
        header: { jwk: { ...device.publicKey, d: "x".repeat(43) } },
      }),
    ),
  ).toBe("proof-invalid");
  expect(await codeOf(await proofWith({ header: { jwk: undefined } }))).toBe(
    "proof-invalid",
  );
  for (const claim of ["jti", "htm", "htu", "iat", "ath"]) {
    expect(
      await codeOf(await proofWith({ payload: { [claim]: undefined } })),
    ).toBe("proof-invalid");
  }
  for (const noise of ["noise", "a.b.c", "..", "x".repeat(100_000)])
    expect(await codeOf(noise)).toBe("proof-invalid");

  const payload = (await proofWith()).split(".")[1] ?? "";
  const none = Buffer.from(
    JSON.stringify({ alg: "none", typ: "dpop+jwt", jwk: device.publicKey }),
  ).toString("base64url");
  expect(await codeOf(`${none}.${payload}.`)).toBe("proof-invalid");
  const hmac = await new CompactSign(Buffer.from(payload, "base64url"))
    .setProtectedHeader({
      alg: "HS256",
      typ: "dpop+jwt",
      jwk: device.publicKey,
    })
    .sign(
      new TextEncoder().encode(JSON.stringify(device.publicKey).padEnd(64)),
    );
  expect(await codeOf(hmac)).toBe("proof-invalid");
});

test("[ID-12] a clock up to five minutes off needs no nonce; one further off is given one", async () => {
  const nowS = clock.now() / 1000;
  for (const offS of [-300, 300])
    expect(
      await codeOf(await proofWith({ payload: { iat: nowS + offS } })),
    ).toBe("ok");
  for (const offS of [-301, 301, -1e9, 1e9]) {
    expect(
      await check(await proofWith({ payload: { iat: nowS + offS } })),
    ).toMatchObject({
      error: {
        code: "use_dpop_nonce",
        isRetryable: true,
        dpopNonce: expect.any(String),
      },
    });
  }
});

test("[ID-12] a proof with the nonce is right whatever the device's clock says", async () => {
  for (const iat of [0, 4e9]) {
    expect(
      await codeOf(
        await proofWith({ payload: { iat, nonce: await askedNonce() } }),
      ),
    ).toBe("ok");
  }
});

test("[ID-12] a nonce that is old, changed, or another server's is answered with a new one", async () => {
  const nonce = await askedNonce();
  const foreign = createDpopNonces({ clock, secret: "another secret" }).issue();
  for (const wrong of [foreign, `${nonce}x`, `x${nonce}`, "", "."]) {
    expect(await codeOf(await proofWith({ payload: { nonce: wrong } }))).toBe(
      "use_dpop_nonce",
    );
  }
  clock.advance(dpopNonceLifetimeMs + 1);
  expect(await codeOf(await proofWith({ payload: { nonce } }))).toBe(
    "use_dpop_nonce",
  );
});

test("[ID-14] a proof works once, with and without a nonce", async () => {
  const byClock = await proofWith();
  const byNonce = await proofWith({ payload: { nonce: await askedNonce() } });
  for (const proof of [byClock, byNonce]) {
    expect(await codeOf(proof)).toBe("ok");
    expect(await codeOf(proof)).toBe("proof-replayed");
  }
});

test("[ID-14] a proof from a fast clock cannot be replayed at any time in its long life", async () => {
  const proof = await proofWith({ payload: { iat: clock.now() / 1000 + 300 } });
  expect(await codeOf(proof)).toBe("ok");
  for (let minute = 0; minute < 12; minute++) {
    clock.advance(60_000);
    expect(await codeOf(proof)).toBe(
      minute < 10 ? "proof-replayed" : "use_dpop_nonce",
    );
  }
});

test("[ID-14] two devices may use the same jti", async () => {
  const other = await createTestDevice();
  const payload = { jti: "same" };
  expect(await codeOf(await proofWith({ payload }))).toBe("ok");
  const others = await makeProof(other, { clock, token }, { payload });
  expect(
    await proofs.check({ proof: others, method: "GET", url: syncUrl, token }),
  ).toMatchObject({ ok: true });
});

test("[ID-14] when the memory is full, no replay gets through and every honest device does", async () => {
  proofs = createChecker(4);
  const used: string[] = [];
  for (let count = 0; count < 20; count++) {
    clock.advance(1_000);
    let proof = await proofWith();
    if ((await codeOf(proof)) !== "ok")
      throw new Error("an honest proof with a newer time was refused");
    used.push(proof);
    const nonce = await askedNonce();
    clock.advance(1);
    proof = await proofWith({ payload: { nonce, iat: 0 } });
    expect(await codeOf(proof)).toBe("ok");
    used.push(proof);
  }
  for (const proof of used)
    expect(["proof-replayed", "use_dpop_nonce"]).toContain(await codeOf(proof));
});

test("[ID-14] a proof as old as what was forgotten is sent for a nonce, and then passes", async () => {
  proofs = createChecker(4);
  for (let count = 0; count < 6; count++) await codeOf(await proofWith());
  clock.advance(1);
  expect(await codeOf(await proofWith())).toBe("use_dpop_nonce");
  expect(
    await codeOf(await proofWith({ payload: { nonce: await askedNonce() } })),
  ).toBe("ok");
});
