// @vitest-environment happy-dom
import {
  createClient,
  createMemoryTokenStore,
  clientTables,
} from "@suture/client";
import {
  foundClinic,
  join,
  newPatient,
  openDevice,
  personIdOf,
  startMs,
  TestServer,
  type Device,
} from "@suture/client/clinic-test-support";
import {
  createMemoryStore,
  deviceIdSchema,
  firstChain,
  teamScope,
} from "@suture/schema";
import { expect, test } from "vitest";

import { renderApp, type Page } from "./app.test-support.tsx";
import { IdentityServer } from "./sign-in/identity-server.test-support.ts";

async function clinic() {
  const device = await openDevice({ name: "ada", others: ["ben"] });
  return { ...device, ...(await foundClinic(device)) };
}

async function askToLeave(page: Page) {
  await page.press("Account");
  await page.press("Sign out of this device");
  await page.shows("Sign out of this device?");
}

test("[AP-12, AP-175] signing out is stopped while work exists only on this device, with a copy and staying offered", async () => {
  const device = await clinic();
  const page = await renderApp(device, "/unsent");
  await page.shows("North clinic");
  await askToLeave(page);
  await page.press("Sign out");
  await page.shows("3 changes exist only on this device");
  await page.shows("A form that you have not saved is gone then");
  const dialog = page.root.querySelector("[role=alertdialog]");
  const offered = [...(dialog?.querySelectorAll("button") ?? [])].map(
    (button) => button.textContent,
  );
  expect(offered).toEqual([
    "Sync now",
    "Save a copy",
    "Stay signed in",
    "Sign out anyway",
  ]);
  const copy = dialog?.querySelectorAll("button")[1];
  copy?.click();
  await page.until(() => page.saved.length === 1);
  await page.press("Stay signed in");
  await page.until(() => !page.text.includes("exist only on this device"));
  expect(device.client.person?.personId).toBe(device.personId);
});

test("[AP-12] where the server cannot be asked, the person stays signed in and is told", async () => {
  const device = await clinic();
  await new TestServer(device.organizationId).takeFrom(device);
  const page = await renderApp(device, "/unsent");
  await page.shows("North clinic");
  await askToLeave(page);
  await page.press("Sign out");
  await page.shows("You are still signed in.");
  expect(device.client.person?.personId).toBe(device.personId);
});

test("[AP-106] without the server somebody can sign out of the device alone, behind the same stop, and is told what that leaves", async () => {
  const device = await clinic();
  const { client, tokens, personId } = device;
  const page = await renderApp(device, "/unsent");
  await page.shows("North clinic");
  await askToLeave(page);
  await page.press("Sign out");
  await page.shows("3 changes exist only on this device");
  await page.press("Sign out anyway");
  await page.shows("You are still signed in.");
  await page.shows("runs out by itself within 180 days");
  expect(await tokens.loadGrant(personId)).toBeDefined();
  await page.press("Sign out of this device only");
  await page.shows("Who uses this device?");
  expect(await tokens.listPersonIds()).toEqual([personIdOf("ben")]);
  // The work of whoever left waits for them.
  expect(await client.unsynced()).toHaveLength(3);
  expect(client.person?.personId).not.toBe(personId);
});

test("[AP-106] with the last of its people everything that the device kept goes, also without the server", async () => {
  const device = await openDevice({ name: "ada" });
  const clinicHere = await foundClinic(device);
  await new TestServer(clinicHere.organizationId).takeFrom(device);
  let isRemoved = false;
  const page = await renderApp(device, "/unsent", {
    removeDevice: () => Promise.resolve(void (isRemoved = true)),
  });
  await page.shows("North clinic");
  await askToLeave(page);
  await page.press("Sign out");
  await page.press("Sign out of this device only");
  await page.until(() => isRemoved);
  expect(await device.tokens.listPersonIds()).toEqual([]);
});

/** Ben's, who holds a patient of Ada's that the server has lost. */
async function deviceWithLostWork() {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  const ben = await openDevice({ name: "ben" });
  await join(ben, organizationId, teamId, ["clinician"]);
  const backup = server.cursorAt(server.rows.length);
  const { id: recordId } = await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  const hash = server.rows.at(-1)?.hash;
  if (hash === undefined) throw new Error("nothing was created");
  await server.deliverTo(ben);
  await ben.log.regress(server.scopeId, [backup]);
  return { ben, recordId, hash };
}

async function lastOneLeaves(ben: Device): Promise<boolean> {
  let isRemoved = false;
  const page = await renderApp(ben, "/unsent", {
    removeDevice: () => Promise.resolve(void (isRemoved = true)),
  });
  await page.shows("North clinic");
  await askToLeave(page);
  await page.shows("a colleague's work too, all of it stays, sealed");
  await page.press("Sign out");
  await page.press("Sign out of this device only");
  await page.until(() => isRemoved || page.text.includes("E-mail"));
  expect(await ben.tokens.listPersonIds()).toEqual([]);
  return isRemoved;
}

test("[AP-106, AP-172, WB-24] colleagues' work that a restored server may lack stays, also when the last person leaves", async () => {
  const { ben } = await deviceWithLostWork();
  expect(await lastOneLeaves(ben)).toBe(false);
});

test("[AP-172, CL-8] so does what it has refused from here for good: nobody else may have it", async () => {
  const { ben, recordId, hash } = await deviceWithLostWork();
  await ben.log.applyVerdicts([
    {
      ...{ verdict: "refused", recordId, hash, code: "not-permitted" },
      ...{ message: "its author is not of that team", isRetryable: false },
    },
  ]);
  expect(await lastOneLeaves(ben)).toBe(false);
});

test("[AP-172, CL-8] and what is in doubt because its log is followed anew", async () => {
  const { ben, recordId, hash } = await deviceWithLostWork();
  const scopeId = teamScope(recordId);
  const epoch = "0".repeat(32);
  const chain = firstChain(scopeId, epoch);
  await ben.log.applyVerdicts([
    {
      ...{ verdict: "accepted", recordId, hash },
      places: [{ scopeId, sequence: 1, chain }],
    },
  ]);
  expect(await ben.client.holdsUnacknowledged()).toBe(false);
  await ben.log.applyPage({
    ...{ type: "changes", scopeId, rows: [], hasMore: false },
    cursor: { epoch, sequence: 0, chain },
  });
  expect(await lastOneLeaves(ben)).toBe(false);
});

test("[AP-13] after somebody signs out, who uses the device next is chosen", async () => {
  const tokens = createMemoryTokenStore();
  for (const name of ["ada", "ben"])
    await tokens.saveGrant({
      personId: personIdOf(name),
      deviceId: deviceIdSchema.parse("0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a"),
      syncToken: "a token",
      syncTokenExpiresAtMs: startMs + 1e9,
      refreshToken: `of ${name}`,
    });
  const server = new IdentityServer();
  const clock = { nowMs: startMs, now: () => startMs };
  const client = await createClient({
    url: "https://suture.test",
    store: createMemoryStore({ tables: clientTables }),
    tokens,
    clock,
    fetch: server.fetch,
    lock: { passwordRounds: 10, unusedMs: 900_000 },
    connect: () =>
      Promise.resolve({ ok: false, error: { kind: "unreachable" } }),
  });
  await client.usePerson(personIdOf("ada"));
  const page = await renderApp({ client, clock }, "/unsent");
  await askToLeave(page);
  await page.press("Sign out");
  await page.shows("Who uses this device?");
  expect(client.person).toBeNull();
  expect(await tokens.listPersonIds()).toEqual([personIdOf("ben")]);
  expect(server.asked).toContain(
    "/v1/devices/0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a/revoke",
  );
});
