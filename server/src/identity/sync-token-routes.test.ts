import { expect, test } from "vitest";
import {
  createIdentityWorld,
  createTestDevice,
  makeProof,
  registerOn,
  signInSomebody,
} from "./identity-world.ts";
import { createIdentityRoutes } from "./routes.ts";

test("[ID-25] a ticket is given for a sync token and its proof, over HTTP; a session token gives none", async () => {
  const world = await createIdentityWorld();
  const app = createIdentityRoutes({ identity: world.identity });
  const device = await createTestDevice();
  const { sessionToken } = await signInSomebody(world, "ann@clinic.example");
  const grant = await registerOn(world, device, sessionToken);
  if (!grant.ok) throw new Error(grant.error.code);
  const url = "https://suture.example/v1/sync-tickets";
  const ask = async (scheme: string, token: string) => {
    const proved = { clock: world.clock, token, method: "POST", url };
    return app.request(url, {
      method: "POST",
      headers: {
        authorization: `${scheme} ${token}`,
        dpop: await makeProof(device, proved),
      },
    });
  };
  const issued = await ask("DPoP", grant.value.syncToken);
  expect(issued.status).toBe(201);
  expect(issued.headers.get("cache-control")).toBe("no-store");
  expect(await issued.json()).toMatchObject({
    ticket: expect.stringMatching(/^[-0-9a-f]{36}\.[-\w]{43}$/),
    ticketExpiresAtMs: world.clock.now() + 30_000,
  });
  expect((await ask("DPoP", sessionToken)).status).toBe(401);
  expect((await ask("Bearer", sessionToken)).status).toBe(401);
});
