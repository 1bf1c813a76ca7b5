// @vitest-environment happy-dom
import { startMs, type Device } from "@suture/client/clinic-test-support";
import { act } from "react";
import { expect, test } from "vitest";

import { createApiFetch } from "../http/api-fetch.ts";
import { RecordedServer } from "../http/recorded-server.test-support.ts";
import {
  recordAllergy,
  twoClinicians,
} from "../patients/two-clinicians.test-support.ts";
import { renderApp, type Page } from "./app.test-support.tsx";
import { reportReopens } from "./report-reopens.ts";
// Loaded beforehand: the app loads a page when it is first wanted.
import "../patients/patient-page.tsx";
import "../patients/patients-page.tsx";

async function countOf(device: Device): Promise<readonly [number, number]> {
  const [count] = await device.client.reopens.unreported();
  return [count?.saveCount ?? 0, count?.reopenCount ?? 0];
}

/** Until what the page noted is written. */
async function counted(page: Page, device: Device, wanted: readonly number[]) {
  let last: readonly number[] = [];
  const look = () => void countOf(device).then((count) => (last = count));
  await page.until(() => {
    look();
    return last.join() === wanted.join();
  });
}

test("[AP-116] going on with a record after saving it is no opening; coming back to look is, also after a reload", async () => {
  const { ada, atAda } = await twoClinicians();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await page.shows("Alma Alder");
  await act(() => recordAllergy(atAda, "Latex"));
  await counted(page, ada, [1, 0]);
  await page.follow("Patients");
  await page.unmount();
  const again = await renderApp(ada, `/patients/${atAda.id}`);
  await again.shows("Alma Alder");
  expect(await countOf(ada)).toEqual([1, 0]);
  await again.follow("Patients");
  await counted(again, ada, [1, 1]);
});

test("[AP-116] whoever comes back and saves again did not come only to look", async () => {
  const { ada, atAda } = await twoClinicians();
  const page = await renderApp(ada, `/patients/${atAda.id}`);
  await act(() => recordAllergy(atAda, "Latex"));
  await counted(page, ada, [1, 0]);
  await page.follow("Patients");
  await page.unmount();
  const again = await renderApp(ada, `/patients/${atAda.id}`);
  await again.shows("Alma Alder");
  await act(() => recordAllergy(atAda, "Penicillin"));
  await counted(again, ada, [2, 0]);
  await again.follow("Patients");
  await act(() => ada.client.settle());
  expect(await countOf(ada)).toEqual([2, 0]);
});

test("[AP-116] the page that saving leads to is no opening", async () => {
  const { ada, atAda } = await twoClinicians();
  const page = await renderApp(ada, "/patients");
  await page.shows("Alma Alder");
  await act(() => recordAllergy(atAda, "Latex"));
  await counted(page, ada, [1, 0]);
  await act(async () => {
    window.history.pushState(null, "", `/patients/${atAda.id}`);
  });
  await page.shows("Latex");
  await page.follow("Patients");
  await act(() => ada.client.settle());
  expect(await countOf(ada)).toEqual([1, 0]);
});

test("[AP-117] the server is told counts per day, no record and no name; what it did not take is told again", async () => {
  const { ada, atAda } = await twoClinicians();
  const { client } = ada;
  const organizationId = client.memberships[0]?.organizationId;
  const deviceId = client.person?.deviceId;
  if (organizationId === undefined || deviceId === undefined)
    throw new Error("nobody is signed in");
  const route = `POST /v1/organizations/${organizationId}/reopen-counts`;
  const server = new RecordedServer();
  const api = createApiFetch({
    url: "https://suture.test",
    fetch: server.fetch,
    timers: { after: () => ({ cancel: () => undefined }) },
    session: () =>
      Promise.resolve({
        ok: true,
        value: {
          personId: ada.personId,
          sessionToken: "a token",
          sessionTokenExpiresAtMs: startMs,
        },
      }),
  });
  const report = () => reportReopens(client, api, { organizationId, deviceId });
  await report();
  expect(server.asked).toEqual([]);
  await client.reopens.saved(organizationId, atAda.id);
  await client.reopens.opened(atAda.id);
  await client.reopens.left(atAda.id);
  server.isUp = false;
  await report();
  server.isUp = true;
  server.answers(route, null, 204);
  await report();
  await report();
  expect(server.asked.map(({ body }) => body)).toEqual([
    {
      deviceId,
      days: [{ day: "2026-03-02", saveCount: 1, reopenCount: 1 }],
    },
  ]);
});
