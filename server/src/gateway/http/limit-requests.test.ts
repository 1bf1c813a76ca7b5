import { expect, test } from "vitest";
import { defaultBudgetLimits } from "../limits/budget-limits.ts";
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
