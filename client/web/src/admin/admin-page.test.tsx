// @vitest-environment happy-dom
import { httpError } from "@suture/schema";
import { startMs, type Device } from "@suture/client/clinic-test-support";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp, type Page } from "../app/app.test-support.tsx";
import {
  RecordedServer,
  withSession,
} from "../http/recorded-server.test-support.ts";
import { openWorld } from "../reviews/conflict-world.test-support.ts";
import { commonText } from "../text/common.ts";
// Loaded beforehand: the app loads a page when it is first wanted.
import "./admin-page.tsx";

async function openAdmin(path: string) {
  const server = new RecordedServer();
  const world = await openWorld(server.fetch);
  await withSession(world.manager);
  const [anna] = await world.manager.client.members.list({ matching: "anna" });
  if (anna === undefined) throw new Error("Anna is not there");
  const show = () =>
    renderApp(world.manager, path.replace("{anna}", anna.id), {
      server: { url: "https://suture.test", fetch: server.fetch },
    });
  return { world, server, anna, show };
}

async function memberNamed({ client }: Device, name: string) {
  const [found] = await client.members.list({ matching: name });
  if (found === undefined) throw new Error(`${name} is not there`);
  const reading = found.group("membership");
  if (reading.status !== "settled") throw new Error("their rights differ");
  return reading.content;
}

async function pressIn(page: Page, selector: string, name: string) {
  const button = [
    ...page.root.querySelectorAll<HTMLButtonElement>(`${selector} button`),
  ].find(({ textContent }) => textContent === name);
  if (button === undefined) throw new Error(`there is no ${name}`);
  await act(async () => button.click());
}

test("[AP-73] somebody is added without a network, and shows what saved means for them", async () => {
  const { world, server, show } = await openAdmin("/admin/people");
  server.isUp = false;
  const page = await show();
  await page.shows("Anna Moyo");
  await page.press("Add a person");
  await pressIn(page, "form", "Save");
  await page.shows("This is needed.");
  await page.type("Name", "Tendai Chirwa");
  await page.tick("Technician");
  await page.tick("North clinic");
  await pressIn(page, "form", "Save");
  await page.shows("Change name and rights");
  expect(page.text).toContain("Tendai Chirwa");
  expect(page.text).toContain("Saved locally. Will sync on reconnect.");
  expect(await memberNamed(world.manager, "tendai")).toEqual({
    roles: ["technician"],
    teams: [world.teamId],
    active: true,
  });
});

test("[AP-73] a team is added without a network", async () => {
  const { world, server, show } = await openAdmin("/admin/teams");
  server.isUp = false;
  const page = await show();
  await page.shows("North clinic");
  await page.press("Add a team");
  await page.type("Name", "Field service");
  await page.choose("Kind", "Service group");
  await pressIn(page, "form", "Save");
  await page.until(() => page.text.includes("Field service"));
  const [founded] = await world.manager.client.teams.list({
    matching: "field",
  });
  expect(founded?.fields).toMatchObject({
    name: "Field service",
    kind: "service-group",
  });
  expect(page.text).toContain("Saved locally. Will sync on reconnect.");
});

test("[AP-74] contested rights show every version, and are settled before they are edited", async () => {
  const { world, anna, show } = await openAdmin("/admin/people");
  const theirs = await world.colleague.client.members.get(anna.id);
  if (!theirs.ok) throw new Error(theirs.error.code);
  await world.colleague.log.saveMemberships(world.colleague.personId, [
    {
      organizationId: world.organizationId,
      memberId: anna.id,
      roles: ["admin"],
      teamIds: [world.teamId],
    },
  ]);
  for (const [record, roles] of [
    [anna, ["auditor"]],
    [theirs.value, ["clinician"]],
  ] as const) {
    const edit = await record.edit();
    edit.draft.membership.roles = roles;
    const saved = await edit.save();
    if (!saved.ok) throw new Error(saved.error.reason);
  }
  await world.meet();
  const page = await show();
  await page.shows("In conflict:");
  const row = [...page.root.querySelectorAll(".person-row")].find(
    ({ textContent }) => textContent.includes("Anna"),
  )?.textContent;
  expect(row).toContain("Auditor");
  expect(row).toContain("Clinician");
  await act(async () =>
    page.root
      .querySelector<HTMLAnchorElement>(`a[href="/admin/people/${anna.id}"]`)
      ?.click(),
  );
  await page.press("Change name and rights");
  await page.shows("Until it is settled the lesser rights count.");
  expect(page.root.querySelector("form [type=checkbox]")).toBeNull();
});

test("[AP-75] rights are signed as one statement, with the reason that was given", async () => {
  const { world, anna, show } = await openAdmin("/admin/people/{anna}");
  const page = await show();
  await page.press("Change name and rights");
  await page.shows("Why (optional)");
  await page.tick("Auditor");
  await page.tick("Receptionist");
  await page.type("Why (optional)", "new duties");
  await pressIn(page, "form", "Save");
  await page.until(() => page.root.querySelector("form") === null);
  expect(await memberNamed(world.manager, "anna")).toMatchObject({
    roles: ["auditor", "clinician", "manager", "technician"],
  });
  expect(anna.history().at(-1)).toMatchObject({ reason: "new duties" });
});

test("[AP-75] a form is saved at what it had shown: what a colleague changed meanwhile becomes a question, and is not overwritten", async () => {
  const { world, anna, show } = await openAdmin("/admin/people/{anna}");
  const page = await show();
  await page.press("Change name and rights");
  await page.shows("Why (optional)");
  await act(async () => {
    const meanwhile = await anna.edit();
    meanwhile.draft.membership.active = false;
    await meanwhile.save();
  });
  await page.tick("Auditor");
  await pressIn(page, "form", "Save");
  await page.until(() => page.root.querySelector("form") === null);
  const reading = anna.group("membership");
  expect(reading.status).toBe("conflict");
  expect(world.manager.client.memberships).toHaveLength(1);
});

test("[AP-75] a manager who may not sign rights is offered none", async () => {
  const { world, show } = await openAdmin("/admin/people/{anna}");
  const [held] = world.manager.client.memberships;
  if (held === undefined) throw new Error("no member");
  const { organizationId, memberId, teamIds } = held;
  await world.manager.log.saveMemberships(world.manager.personId, [
    { organizationId, memberId, teamIds, roles: ["manager"] },
  ]);
  const page = await show();
  await page.press("Change name and rights");
  await page.shows("Save");
  expect(page.root.querySelector("form [type=checkbox]")).toBeNull();
  expect(page.text).not.toContain("Make a code");
});

test("[AP-76] an invitation's code is shown once, with how to use it and until when", async () => {
  const { world, server, anna, show } = await openAdmin("/admin/people/{anna}");
  const expiresAtMs = startMs + 7 * 24 * 3_600_000;
  server.answers("POST /v1/invitations", { code: "K7QF-9M2X", expiresAtMs });
  const page = await show();
  await page.press("Make a code");
  await page.shows("K7QF-9M2X");
  expect(page.text).toContain("https://suture.test");
  expect(page.text).toContain(commonText.dateTime(expiresAtMs));
  expect(server.asked).toMatchObject([
    {
      method: "POST",
      path: "/v1/invitations",
      body: { organizationId: world.organizationId, memberId: anna.id },
      authorization: "Bearer a session token",
    },
  ]);
});

test("[AP-76] without the server no invitation is made, and that is said; a member it does not know yet, too", async () => {
  const { server, show } = await openAdmin("/admin/people/{anna}");
  server.isUp = false;
  const page = await show();
  await page.press("Make a code");
  await page.shows("This needs the server, which does not answer now.");
  server.isUp = true;
  server.answers("POST /v1/invitations", httpError("member-unknown"), 404);
  await page.press("Make a code");
  await page.shows("The server does not know this member yet.");
});

async function openDevices(countsByPriority = [0, 2, 0, 1]) {
  const opened = await openAdmin("/admin/devices");
  const { world, server, anna } = opened;
  const deviceId = world.colleague.client.person?.deviceId;
  const path = `/v1/organizations/${world.organizationId}/devices`;
  const device = {
    deviceId,
    name: "Ward tablet",
    registeredAtMs: startMs,
    revokedAtMs: null,
    quarantine: {
      memberId: anna.id,
      recordId: anna.id,
      admitted: "a".repeat(64),
      refused: "b".repeat(64),
      atMs: startMs,
    },
    members: [
      {
        memberId: anna.id,
        isOnDevice: true,
        isConnected: false,
        unseenSignatureCount: 2,
        lastReport: {
          unsynced: { countsByPriority, oldestAgeMs: 0 },
          reportedAtMs: startMs,
          contactAtMs: startMs,
          appVersion: "1",
          schemaVersion: 1,
        },
      },
    ],
  };
  server.answers(`GET ${path}`, { devices: [device] });
  for (const verb of ["revoke", "release"])
    server.answers(`POST ${path}/${deviceId}/${verb}`, null, 204);
  return { ...opened, path: `${path}/${deviceId}` };
}

test("[AP-78] a device says who is on it, what it still holds, and that it is in quarantine", async () => {
  const { show } = await openDevices();
  const page = await show();
  await page.shows("Ward tablet");
  await page.shows("Anna Moyo");
  expect(page.text).toContain("signed in");
  expect(page.text).toContain("2 critical, 1 other changes not sent yet");
  expect(page.text).toContain(
    "2 signatures over something it had not been sent",
  );
  expect(page.text).toContain("In quarantine");
});

test("[AP-78] whoever is no admin is offered nothing to do to a device", async () => {
  const { world, show } = await openDevices();
  const [held] = world.manager.client.memberships;
  if (held === undefined) throw new Error("no member");
  const { organizationId, memberId, teamIds } = held;
  await world.manager.log.saveMemberships(world.manager.personId, [
    { organizationId, memberId, teamIds, roles: ["manager"] },
  ]);
  const page = await show();
  await page.shows("Ward tablet");
  expect(page.text).not.toContain("End this device");
  expect(page.text).not.toContain("Release");
});

test("[AP-79] ending a device asks first, says that it still holds work, and is the server's to do", async () => {
  const { server, path, show } = await openDevices();
  const page = await show();
  await page.press("End this device");
  await page.shows("End Ward tablet?");
  expect(page.text).toContain(
    "It still holds work that the server does not have.",
  );
  expect(server.asked.some(({ method }) => method === "POST")).toBe(false);
  await pressIn(page, "[role=alertdialog]", "End this device");
  await page.until(
    () => page.root.querySelector("[role=alertdialog]") === null,
  );
  const posted = server.asked.filter(({ method }) => method === "POST");
  expect(posted.map((asked) => asked.path)).toEqual([`${path}/revoke`]);
});

test("[AP-79] a device cannot be ended without the server, which is said", async () => {
  const { server, show } = await openDevices([0, 0, 0, 0]);
  const page = await show();
  await page.press("End this device");
  await page.shows("End Ward tablet?");
  expect(page.text).not.toContain("It still holds work");
  server.isUp = false;
  await pressIn(page, "[role=alertdialog]", "End this device");
  await page.shows("This needs the server, which does not answer now.");
});

test("[AP-5] half-filled forms for people and teams are there again after a reload; one on rights that have changed since is begun anew", async () => {
  const { anna, show } = await openAdmin("/admin/people");
  const before = await show();
  await before.press("Add a person");
  await before.type("Name", "Tendai");
  await before.tick("Technician");
  await before.unmount();
  const after = await show();
  await after.press("Add a person");
  await after.until(() => after.root.querySelector("form") !== null);
  expect(after.valueOf("Name")).toBe("Tendai");
  await pressIn(after, "form", "Cancel");
  const openAnna = async (page: Page) => {
    await act(async () =>
      page.root
        .querySelector<HTMLAnchorElement>(`a[href="/admin/people/${anna.id}"]`)
        ?.click(),
    );
    await page.press("Change name and rights");
    await page.shows("Why (optional)");
  };
  await openAnna(after);
  await after.type("Why (optional)", "new duties");
  await after.unmount();
  const again = await show();
  await openAnna(again);
  expect(again.valueOf("Why (optional)")).toBe("new duties");
  await again.unmount();
  const edit = await anna.edit();
  edit.draft.membership.active = false;
  await edit.save();
  const changed = await show();
  await openAnna(changed);
  expect(changed.valueOf("Why (optional)")).toBe("");
});

test("[AP-122] a team's name and rooms are changed without a network; what is half typed survives a reload, what is removed stays in the history", async () => {
  const { world, server, show } = await openAdmin("/admin/teams");
  server.isUp = false;
  const { client } = world.manager;
  const found = await client.teams.get(world.teamId);
  if (!found.ok) throw new Error(found.error.code);
  const team = found.value;
  const edit = await team.edit();
  const oldId = edit.draft.locations.set({ status: "active", name: "Room 1" });
  edit.draft.locations.set({ status: "active", name: "X-ray" });
  expect((await edit.save()).ok).toBe(true);
  const first = await show();
  await first.press("Change North clinic");
  await first.shows("Rooms and vehicles");
  await first.press("Remove Room 1");
  await first.press("Add a room");
  await first.type("Room 2", "Theatre");
  await first.unmount();

  const page = await show();
  await page.press("Change North clinic");
  await page.shows("Rooms and vehicles");
  expect(page.valueOf("Room 2")).toBe("Theatre");
  await page.type("Room 1", "Radiography");
  await page.type("Name", "North");
  await page.press("Add a room");
  await pressIn(page, "form", "Save");
  await page.shows("This is needed.");
  await page.press("Remove room 3");
  await pressIn(page, "form", "Save");
  await page.shows("Clinic · Radiography · Theatre");
  await page.shows("Saved locally. Will sync on reconnect.");
  expect(team.fields.name).toBe("North");
  expect(team.fields.locations[oldId]).toMatchObject({
    name: "Room 1",
    status: "inactive",
  });
});
