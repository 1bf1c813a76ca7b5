// @vitest-environment happy-dom
import {
  clientTables,
  createClient,
  createMemoryTokenStore,
} from "@suture/client";
import { startMs } from "@suture/client/clinic-test-support";
import { createMemoryStore } from "@suture/schema";
import { expect, test } from "vitest";

import { renderApp, type Page } from "../app.test-support.tsx";
import {
  IdentityServer,
  invitationCode,
} from "./identity-server.test-support.ts";

async function entrance() {
  const server = new IdentityServer();
  const clock = { nowMs: startMs, now: () => startMs };
  const client = await createClient({
    url: "https://suture.test",
    store: createMemoryStore({ tables: clientTables }),
    tokens: createMemoryTokenStore(),
    clock,
    fetch: server.fetch,
    connect: () =>
      Promise.resolve({ ok: false, error: { kind: "unreachable" } }),
  });
  const given = { server: { url: "https://suture.test", fetch: server.fetch } };
  const page = await renderApp({ client, clock }, "/patients", given);
  await page.shows("Sign in");
  return { server, client, page };
}

async function typeAccount(page: Page, password: string) {
  await page.type("E-mail", "ada@test.example");
  await page.type(password, "long enough to be one");
}

test("[AP-14] signing in with a wrong password says so and keeps the form", async () => {
  const { page, client } = await entrance();
  await typeAccount(page, "Password");
  await page.press("Sign in");
  await page.until(() => page.root.querySelector("[role=alert]") !== null);
  expect(page.valueOf("E-mail")).toBe("ada@test.example");
  expect(client.person).toBeNull();
});

test("[AP-14] an organization is founded from the first screen", async () => {
  const { page, client } = await entrance();
  await page.press("Found an organization");
  await page.type("Name of the organization", "Riverbend");
  await page.type("First team", "Riverbend North");
  await page.type("Your name", "Ada Okoro");
  await typeAccount(page, "Choose a password");
  await page.press("Found it");
  await page.shows("Ada Okoro · Admin");
  await page.shows("Riverbend · Riverbend North");
  expect(client.memberships[0]?.roles).toEqual(["admin"]);
});

test("[AP-14] a try to join that failed half-way goes on from there", async () => {
  const { page, server } = await entrance();
  await page.press("Join with an invitation");
  await page.type("Invitation code", "wrong-code");
  await page.type("Your name", "Ada Okoro");
  await typeAccount(page, "Choose a password");
  await page.press("Join");
  // Signed in by now, and told what is wrong with the code.
  await page.until(() => page.root.querySelector("[role=alert]") !== null);
  await page.type("Invitation code", invitationCode);
  await page.press("Join");
  await page.until(
    () =>
      server.asked.filter((path) => path === "/v1/invitations/accept")
        .length === 2,
  );
  await page.shows("Where you work is not on this device yet");
  expect(server.asked.filter((path) => path === "/v1/sign-up")).toHaveLength(1);
});
