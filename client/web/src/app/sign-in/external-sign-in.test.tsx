// @vitest-environment happy-dom
import {
  clientTables,
  createClient,
  createMemoryTokenStore,
} from "@suture/client";
import { startMs } from "@suture/client/clinic-test-support";
import { createMemoryStore } from "@suture/schema";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp } from "../app.test-support.tsx";
import { IdentityServer } from "./identity-server.test-support.ts";

async function entrance() {
  const server = new IdentityServer();
  const clock = { nowMs: startMs, now: () => startMs };
  const client = await createClient({
    url: "https://suture.test",
    store: createMemoryStore({ tables: clientTables }),
    tokens: createMemoryTokenStore(),
    clock,
    fetch: server.fetch,
    lock: { passwordRounds: 10, unusedMs: 900_000 },
    connect: () =>
      Promise.resolve({ ok: false, error: { kind: "unreachable" } }),
  });
  let pending: string | null = null;
  let page = "";
  const given = {
    server: { url: "https://suture.test", fetch: server.fetch },
    elsewhere: {
      leaveFor: (url: string, kept: string) => {
        page = url;
        pending = kept;
      },
      takePending: () => {
        const kept = pending;
        pending = null;
        return kept;
      },
    },
  };
  const open = (path: string) => renderApp({ client, clock }, path, given);
  return {
    server,
    client,
    open,
    left: () => new URL(page),
    hasLeft: () => page !== "",
  };
}

test("[AP-107, AP-109] somebody signs in at the other service, and chooses a code that lets them back to a locked device", async () => {
  const { server, client, open, left, hasLeft } = await entrance();
  server.issuer = "https://accounts.example";
  const before = await open("/patients");
  await before.press("Sign in with accounts.example");
  await before.until(() => server.asked.includes("/v1/sign-in/external/begin"));
  await before.until(hasLeft);
  expect(left().origin).toBe("https://accounts.example");
  const state = left().searchParams.get("state") ?? "";
  await before.unmount();

  const back = await open(`/sign-in/external?code=a+code&state=${state}`);
  await back.shows("Choose a code for this device");
  expect(window.location.search).toBe("");
  expect(server.brought).toMatchObject({
    code: "a code",
    nonce: "the nonce",
    redirectUri: "https://suture.test/sign-in/external",
  });
  await back.type("Code", "short");
  await back.press("Use this code");
  await back.shows("The code needs at least 6 characters.");
  await back.type("Code", "long enough");
  await back.press("Use this code");
  await back.shows("Where you work is not on this device yet");

  const personId = client.person?.personId;
  if (personId === undefined) throw new Error("nobody is signed in");
  await client.lock.close();
  await back.press("Somebody whose name is not here yet");
  await back.type("Password", "long enough");
  await back.press("Continue");
  await back.until(() => client.person?.personId === personId);
});

test("[AP-107] an answer that this tab did not ask for is not used, and what went wrong is said", async () => {
  const { server, client, open, left, hasLeft } = await entrance();
  server.issuer = "https://accounts.example";
  const foreign = await open("/sign-in/external?code=a+code&state=another's");
  await foreign.shows("This sign-in was not begun in this window");
  expect(server.brought).toBeNull();
  await foreign.follow("Begin again");
  await foreign.press("Sign in with accounts.example");
  await foreign.until(hasLeft);
  await foreign.unmount();

  const state = left().searchParams.get("state") ?? "";
  const refused = await open(`/sign-in/external?code=another&state=${state}`);
  await refused.until(
    () => refused.root.querySelector("[role=alert]") !== null,
  );
  expect(client.person).toBeNull();
  expect(window.location.search).toBe("");
});

test("[AP-163] the code for the device is chosen by who signed in, and by nobody once it is locked or another's", async () => {
  const { server, client, open, left, hasLeft } = await entrance();
  server.issuer = "https://accounts.example";
  const before = await open("/patients");
  await before.press("Sign in with accounts.example");
  await before.until(hasLeft);
  const state = left().searchParams.get("state") ?? "";
  await before.unmount();
  const back = await open(`/sign-in/external?code=a+code&state=${state}`);
  await back.shows("Choose a code for this device");
  await back.type("Code", "half a co");
  await act(() => client.lock.close());
  await back.shows("Who uses this device?");
  expect(back.text).not.toContain("Choose a code for this device");
  expect(window.location.pathname).toBe("/");
});

test("[AP-107] where the server trusts no other service, none is offered", async () => {
  const { server, open } = await entrance();
  const page = await open("/");
  await page.until(() => server.asked.includes("/v1/sign-in/external"));
  await page.shows("Sign in");
  expect(page.text).not.toContain("Sign in with");
});
