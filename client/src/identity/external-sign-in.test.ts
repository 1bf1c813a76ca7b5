import { encodeUtf8, sha256 } from "@suture/schema";
import { base64url } from "jose";
import { expect, test } from "vitest";

import { seededRandom } from "../records/clinic.test-support.ts";
import { departTo, externalProvider, readReturn } from "./external-sign-in.ts";

const attempt = {
  nonce: "the server's nonce",
  issuer: "https://accounts.example",
  clientId: "suture",
};
const redirectUri = "https://suture.example/sign-in/external";

function depart(seed = "one") {
  const departure = departTo("https://accounts.example/auth?tenant=7", {
    ...{ attempt, redirectUri },
    random: seededRandom(seed),
  });
  const url = new URL(departure.url);
  return { ...departure, url, state: url.searchParams.get("state") ?? "" };
}

const cameBack = (query: Readonly<Record<string, string>>) =>
  new URLSearchParams(query);

test("[AP-107, AP-162] the service is asked for a code, bound to a verifier that never leaves the tab before, a state and the server's nonce, and to have the person show anew who they are", () => {
  const { url, pending, state } = depart();
  const back = readReturn(pending, cameBack({ code: "a code", state }));
  if (!back.ok || !("code" in back.value)) throw new Error("not taken");
  const { codeVerifier } = back.value;
  expect(codeVerifier).toHaveLength(43);
  expect(url.href).not.toContain(codeVerifier);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    tenant: "7",
    response_type: "code",
    client_id: "suture",
    redirect_uri: redirectUri,
    scope: "openid",
    state,
    nonce: attempt.nonce,
    code_challenge: base64url.encode(sha256(encodeUtf8(codeVerifier))),
    code_challenge_method: "S256",
    prompt: "login",
    max_age: "0",
  });
  expect(back.value).toEqual({
    ...{ code: "a code", codeVerifier, redirectUri, nonce: attempt.nonce },
  });
  expect(depart("two").state).not.toBe(state);
});

test("[AP-107] only an answer to what this tab began is taken", () => {
  const { pending, state } = depart();
  const code = "a code";
  const iss = attempt.issuer;
  expect(readReturn(pending, cameBack({ code, state, iss })).ok).toBe(true);
  for (const [kept, query] of [
    [null, { code, state }],
    ["{}", { code, state }],
    [pending, { code }],
    [pending, { code, state: depart("two").state }],
    [pending, { code, state, iss: "https://mixed-up.example" }],
  ] as const)
    expect(readReturn(kept, cameBack(query))).toMatchObject({
      error: "not-begun-here",
    });
  for (const query of [{ state }, { state, code, error: "access_denied" }])
    expect(readReturn(pending, cameBack(query))).toMatchObject({
      error: "not-signed-in-there",
    });
});

test("[AP-108] an address that is no page is none to send a browser to", async () => {
  const provider = await externalProvider({
    url: "https://suture.example",
    fetch: async () =>
      Response.json({
        issuer: attempt.issuer,
        authorizationEndpoint: "javascript:alert(1)",
      }),
  });
  expect(provider).toMatchObject({ error: { code: "wrong-server" } });
});
