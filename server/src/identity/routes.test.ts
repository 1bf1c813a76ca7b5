import { identityErrorSchema, recordIdFromBytes } from "@suture/schema";
import { OpenAPIHono, z } from "@hono/zod-openapi";
import { Hono } from "hono";
import { beforeEach, expect, test } from "vitest";
import {
  createIdentityWorld,
  createTestDevice,
  devicesUrl,
  makeProof,
} from "./identity-world.ts";
import type { IdentityWorld, TestDevice } from "./identity-world.ts";
import { requireSession, sessionOf } from "./require-session.ts";
import type { SessionEnv } from "./require-session.ts";
import { createIdentityRoutes } from "./routes.ts";

const origin = "https://suture.example";
const secrets = {
  email: "ann.secret@clinic.example",
  password: "hunter2 hunter2",
  name: "Ann Secretname",
};

let world: IdentityWorld;
let app: ReturnType<typeof createIdentityRoutes>;
let device: TestDevice;
beforeEach(async () => {
  world = await createIdentityWorld();
  app = createIdentityRoutes({ identity: world.identity });
  device = await createTestDevice();
});

function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  return Promise.resolve(
    app.request(`${origin}${path}`, {
      method,
      ...json,
      headers: { "content-type": "application/json", ...headers },
    }),
  );
}

async function signIn(): Promise<{
  sessionToken: string;
  refreshToken: string;
}> {
  await send("POST", "/v1/sign-up", secrets);
  const answer = await send("POST", "/v1/sign-in", {
    email: secrets.email,
    password: secrets.password,
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  return z
    .object({ sessionToken: z.string(), refreshToken: z.string() })
    .parse(await answer.json());
}

async function register(
  sessionToken: string,
  proof?: string,
): Promise<Response> {
  const dpop =
    proof ??
    (await makeProof(device, {
      clock: world.clock,
      token: sessionToken,
      method: "POST",
      url: devicesUrl,
    }));
  return send(
    "POST",
    "/v1/devices",
    { publicJwk: device.publicKey, name: "Tablet" },
    bearer(sessionToken, { dpop }),
  );
}

const bearer = (token: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  ...more,
});

test("[ID-1] signing up, in, renewing and out, by HTTP", async () => {
  const { sessionToken, refreshToken } = await signIn();
  expect(
    (await send("GET", "/v1/devices", undefined, bearer(sessionToken))).status,
  ).toBe(200);
  const renewed = await send("POST", "/v1/session/renew", { refreshToken });
  expect(renewed.status).toBe(200);
  const next = z
    .object({ sessionToken: z.string() })
    .parse(await renewed.json());
  expect(
    (
      await send(
        "POST",
        "/v1/session/sign-out",
        undefined,
        bearer(next.sessionToken),
      )
    ).status,
  ).toBe(204);
  const after = await send(
    "GET",
    "/v1/devices",
    undefined,
    bearer(next.sessionToken),
  );
  expect([after.status, await after.json()]).toMatchObject([
    401,
    { code: "token-revoked" },
  ]);
});

test("[ID-1] registering, listing, renaming, renewing and revoking a device, by HTTP", async () => {
  const { sessionToken } = await signIn();
  const registered = await register(sessionToken);
  expect(registered.status).toBe(201);
  const grant = z.object({ deviceId: z.string(), syncToken: z.string() });
  const { deviceId, syncToken } = grant.parse(await registered.json());

  const renamed = await send(
    "PATCH",
    `/v1/devices/${deviceId}`,
    { name: " Ward 3 " },
    bearer(sessionToken),
  );
  expect(await renamed.json()).toMatchObject({ name: "Ward 3" });
  const listed = await send(
    "GET",
    "/v1/devices",
    undefined,
    bearer(sessionToken),
  );
  expect(await listed.json()).toMatchObject({
    devices: [{ deviceId, name: "Ward 3", personCount: 1, revokedAtMs: null }],
  });

  const renew = async () => {
    const url = `${origin}/v1/sync-token/renew`;
    const dpop = await makeProof(device, {
      clock: world.clock,
      token: syncToken,
      method: "POST",
      url,
    });
    return send("POST", "/v1/sync-token/renew", undefined, {
      authorization: `DPoP ${syncToken}`,
      dpop,
    });
  };
  expect(await (await renew()).json()).toMatchObject({ deviceId });
  expect(
    (
      await send(
        "POST",
        `/v1/devices/${deviceId}/revoke`,
        undefined,
        bearer(sessionToken),
      )
    ).status,
  ).toBe(204);
  expect(await (await renew()).json()).toMatchObject({ code: "token-revoked" });
});

test("[ID-12] a proof from a wrong clock is answered with the nonce, in the header that RFC 9449 names", async () => {
  const { sessionToken } = await signIn();
  const stale = {
    clock: world.clock,
    token: sessionToken,
    method: "POST",
    url: devicesUrl,
  };
  const asked = await register(
    sessionToken,
    await makeProof(device, stale, { payload: { iat: 0 } }),
  );
  const nonce = asked.headers.get("dpop-nonce") ?? "";
  expect(asked.status).toBe(401);
  expect(asked.headers.get("www-authenticate")).toContain(
    'error="use_dpop_nonce"',
  );
  expect(await asked.json()).toMatchObject({
    code: "use_dpop_nonce",
    isRetryable: true,
  });
  const proof = await makeProof(device, stale, { payload: { iat: 0, nonce } });
  expect((await register(sessionToken, proof)).status).toBe(201);
});

test("[ID-11] behind a proxy, proofs name the external URL and no other", async () => {
  app = createIdentityRoutes({
    identity: world.identity,
    externalUrl: "https://clinic.example/",
  });
  const { sessionToken } = await signIn();
  expect((await register(sessionToken)).status).toBe(401);
  const url = "https://clinic.example/v1/devices";
  const proof = await makeProof(device, {
    clock: world.clock,
    token: sessionToken,
    method: "POST",
    url,
  });
  expect((await register(sessionToken, proof)).status).toBe(201);
});

test("[ID-17] accepting an invitation, by HTTP", async () => {
  const { sessionToken } = await signIn();
  const session = await world.identity.verifySessionRequest(
    `Bearer ${sessionToken}`,
  );
  if (!session.ok) throw new Error(session.error.code);
  const membership = {
    organizationId: recordIdFromBytes(new Uint8Array(16).fill(1)),
    memberId: recordIdFromBytes(new Uint8Array(16).fill(2)),
  };
  const invitedBy = session.value.personId;
  const expiresAtMs = world.clock.now() + 1_000;
  const code = await world.identity.invitations.createInvitation({
    ...membership,
    invitedBy,
    byMemberId: membership.memberId,
    expiresAtMs,
  });
  const accepted = await send(
    "POST",
    "/v1/invitations/accept",
    { code },
    bearer(sessionToken),
  );
  expect(await accepted.json()).toEqual(membership);
  const refused = await send(
    "POST",
    "/v1/invitations/accept",
    { code: "made up" },
    bearer(sessionToken),
  );
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    { code: "invitation-refused" },
  ]);
});

test("[ID-7] the key set is public", async () => {
  const answer = await send("GET", "/.well-known/jwks.json");
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    keys: [expect.objectContaining({ kty: "EC", use: "sig", alg: "ES256" })],
  });
});

test("[ID-1] what is not in the expected form is refused without quoting it", async () => {
  const { sessionToken } = await signIn();
  const wrong: Promise<Response>[] = [
    send("POST", "/v1/sign-up", { ...secrets, email: `${secrets.email}@x` }),
    send("POST", "/v1/sign-up", {
      ...secrets,
      email: "other@clinic.example",
      password: "hunter2",
    }),
    send("POST", "/v1/sign-up", secrets),
    send("POST", "/v1/sign-in", {
      email: secrets.email,
      password: `${secrets.password}!`,
    }),
    send("POST", "/v1/sign-in", {
      email: [secrets.email],
      password: secrets.password,
    }),
    send("POST", "/v1/sign-in", {
      ...secrets,
      name: secrets.name.repeat(10_000),
    }),
    send("POST", "/v1/session/renew", {
      refreshToken: sessionToken.slice(0, 100),
    }),
    send(
      "POST",
      "/v1/devices",
      { publicJwk: { ...device.publicKey, d: "secret" }, name: "x" },
      bearer(sessionToken),
    ),
    send(
      "PATCH",
      `/v1/devices/${secrets.email}`,
      { name: secrets.name },
      bearer(sessionToken),
    ),
    send("GET", "/v1/devices", undefined, bearer(`${sessionToken}x`)),
    send("POST", "/v1/sync-token/renew", undefined, bearer(sessionToken)),
    Promise.resolve(
      app.request(`${origin}/v1/sign-in`, {
        method: "POST",
        body: `{"email":"${secrets.email}"`,
        headers: { "content-type": "application/json" },
      }),
    ),
    Promise.resolve(
      app.request(`${origin}/v1/sign-in`, {
        method: "POST",
        body: `email=${secrets.email}`,
      }),
    ),
  ];
  for (const answer of await Promise.all(wrong)) {
    const text = await answer.text();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(identityErrorSchema.safeParse(JSON.parse(text)).success, text).toBe(
      true,
    );
    const headers = JSON.stringify([...answer.headers]);
    for (const secret of [
      secrets.email,
      "hunter2",
      "Secretname",
      sessionToken.slice(-20),
    ]) {
      expect(text + headers).not.toContain(secret);
    }
  }
});

test("[ID-1] every way to fail with 401 says how to authenticate", async () => {
  const answer = await send("GET", "/v1/devices");
  expect(answer.headers.get("www-authenticate")).toBe("Bearer");
});

test("[ID-8] other routes authenticate by the same middleware, and are not touched otherwise", async () => {
  const parent = new Hono<SessionEnv>();
  parent.route("/", app);
  parent.get("/v1/reviews", requireSession(world.identity), (c) =>
    c.json({ personId: sessionOf(c).personId }),
  );
  parent.post("/v1/upload", async (c) =>
    c.json({ length: (await c.req.text()).length }),
  );
  const { sessionToken } = await signIn();
  const allowed = await parent.request("/v1/reviews", {
    headers: bearer(sessionToken),
  });
  expect(await allowed.json()).toEqual({ personId: expect.any(String) });
  expect((await parent.request("/v1/reviews")).status).toBe(401);
  const large = await parent.request("/v1/upload", {
    method: "POST",
    body: "x".repeat(100_000),
  });
  expect(await large.json()).toEqual({ length: 100_000 });
});

test("[ID-1] the routes describe themselves for OpenAPI, errors included", async () => {
  const parent = new OpenAPIHono();
  parent.route("/", app);
  const document = parent.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Suture", version: "0" },
  });
  expect(Object.keys(document.paths ?? {}).toSorted()).toEqual([
    "/.well-known/jwks.json",
    "/v1/devices",
    "/v1/devices/{id}",
    "/v1/devices/{id}/revoke",
    "/v1/invitations/accept",
    "/v1/session/renew",
    "/v1/session/sign-out",
    "/v1/sign-in",
    "/v1/sign-in/external",
    "/v1/sign-in/external/begin",
    "/v1/sign-up",
    "/v1/sync-tickets",
    "/v1/sync-token/renew",
  ]);
  expect(JSON.stringify(document.paths?.["/v1/sign-in"])).toContain(
    "sign-in-refused",
  );
});
