/** A server as `npm start` runs it, and a real OpenID Connect issuer beside it: both with their own clocks, over real sockets. */
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import {
  clientId,
  newIssuerKey,
  OidcIssuer,
} from "./identity/oidc-issuer.test-support.ts";
import { newDataDir, running, tidyUp } from "./running-server.test-support.ts";
import { samplePassword } from "./sample/sample-people.ts";

afterEach(tidyUp);

test("[ID-31] people sign in with the issuer of the settings; while it is gone, others sign in with their passwords", async () => {
  const issuer = await OidcIssuer.start(await newIssuerKey("first"));
  const settings = {
    SUTURE_OIDC_ISSUER: issuer.url,
    SUTURE_OIDC_CLIENT_ID: clientId,
  };
  const { url } = await running(newDataDir(), settings);
  const post = async (path: string, body: unknown, to = url) => {
    const response = await fetch(`${to}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    return { status: response.status, answer };
  };
  const begin = async (to = url) => {
    const begun = await post("/v1/sign-in/external/begin", {}, to);
    return z.object({ nonce: z.string() }).parse(begun.answer).nonce;
  };
  const nonce = await begin();
  const idToken = await issuer.signIn("ann", nonce);
  const granted = await post("/v1/sign-in/external", { idToken, nonce });
  expect(granted).toMatchObject({
    status: 200,
    answer: { personId: expect.any(String) },
  });

  const other = await running(newDataDir(), settings);
  const late = await begin(other.url);
  const lateToken = await issuer.signIn("ann", late);
  await issuer.stop();
  const refused = await post(
    "/v1/sign-in/external",
    { idToken: lateToken, nonce: late },
    other.url,
  );
  expect(refused).toMatchObject({
    status: 424,
    answer: { code: "external-issuer-unavailable", isRetryable: true },
  });
  const password = samplePassword;
  const email = "clinician@riverbend.example";
  expect(
    await post("/v1/sign-in", { email, password }, other.url),
  ).toMatchObject({ status: 200 });
});
