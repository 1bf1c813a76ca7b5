import { expect, test } from "vitest";
import { defaultBudgetLimits } from "../limits/budget-limits.ts";
import { makeProof, syncUrl } from "../../identity/identity-world.ts";
import { SyncWorld } from "../sync/sync-world.test-support.ts";

test("[LM-10] a person who asks too much over HTTP is told when to come back; others are not", async () => {
  const requests = { atOnce: 2, perSecond: 0.5 };
  const { person } = defaultBudgetLimits;
  const world = await SyncWorld.create({
    budgets: { ...defaultBudgetLimits, person: { ...person, requests } },
  });
  await world.signUp("hasty");
  await world.signUp("calm");
  const ask = await asking(world, "hasty");
  const statuses = [];
  for (let count = 0; count < 4; count += 1)
    statuses.push((await ask()).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  const refused = await ask();
  expect(refused.headers.get("retry-after")).toBe("2");
  expect(await refused.json()).toMatchObject({
    code: "too-many-requests",
    isRetryable: true,
    retryAfterMs: 2_000,
  });
  const other = await asking(world, "calm");
  expect((await other()).status).toBe(200);
  world.timers.advance(2_000);
  expect((await ask()).status).toBe(200);
});

test("[LM-10] a device that opens sockets or asks for tickets without end is told to wait; others are not", async () => {
  const requests = { atOnce: 2, perSecond: 0.5 };
  const { device } = defaultBudgetLimits;
  const world = await SyncWorld.create({
    budgets: { ...defaultBudgetLimits, device: { ...device, requests } },
  });
  const restless = await world.signUp("restless");
  const ask = async (somebody = restless) => {
    const asked = { clock: world.timers, token: somebody.token };
    const verified = await world.server.identity.verifySyncRequest({
      authorization: `DPoP ${somebody.token}`,
      dpop: await makeProof(somebody.device, asked),
      method: "GET",
      url: syncUrl,
    });
    return verified.ok ? "ok" : verified.error;
  };
  const busy = { code: "too-many-requests", retryAfterMs: 2_000 };
  for (let count = 0; count < 3; count += 1) expect(await ask()).toBe("ok");
  expect(await ask()).toMatchObject(busy);
  const url = "http://localhost/v1/sync-tickets";
  const asked = { clock: world.timers, token: restless.token };
  const ticket = await world.server.app.request(url, {
    method: "POST",
    headers: {
      authorization: `DPoP ${restless.token}`,
      dpop: await makeProof(restless.device, { ...asked, method: "POST", url }),
    },
  });
  expect([ticket.status, ticket.headers.get("retry-after")]).toEqual([
    429,
    "2",
  ]);
  expect(await ask(await world.signUp("calm"))).toBe("ok");
  world.timers.advance(2_000);
  expect(await ask()).toBe("ok");
});

/** Signs in, and asks for the person's devices. */
async function asking(world: SyncWorld, name: string) {
  const session = await world.identity.signIn({
    email: `${name}@suture.example`,
    password: "correct horse battery",
  });
  if (!session.ok) throw new Error(session.error.code);
  const authorization = `Bearer ${session.value.sessionToken}`;
  return async () =>
    world.server.app.request("/v1/devices", { headers: { authorization } });
}
