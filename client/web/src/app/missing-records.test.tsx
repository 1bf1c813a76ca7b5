// @vitest-environment happy-dom
import {
  recordIdFromBytes,
  sutureRecords,
  type RecordId,
} from "@suture/schema";
import {
  foundClinic,
  openDevice,
  type Device,
} from "@suture/client/clinic-test-support";
import { SutureProvider } from "@suture/client/react";
import type { DamageReport } from "@suture/client";
import { act } from "react";
import { expect, test, vi } from "vitest";

import { renderApp } from "./app.test-support.tsx";
import { MissingRecords } from "./missing-records.tsx";

type Missing = DamageReport["missing"];

const elsewhere = Array.from({ length: 100 }, (_, at) =>
  recordIdFromBytes(new Uint8Array(16).fill(at + 1)),
);

async function register(device: Device, family: string, parentId: RecordId) {
  const created = await device.client.patients.create({
    parentId,
    groups: { identity: { name: [{ family }] } },
  });
  const [hash] = created.ok ? created.value.heads : [];
  if (!created.ok || hash === undefined) throw new Error("not created");
  return { recordId: created.value.id, hash };
}

function render(device: Device, missing: Missing) {
  return renderApp(device, "/", {}, () => (
    <SutureProvider client={device.client}>
      <MissingRecords missing={missing} />
    </SutureProvider>
  ));
}

test("[AP-178] of very many missing records a few are sought, again after each change; the others are counted", async () => {
  const device = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(device);
  const { hash } = await register(device, "Moyo", organizationId);
  const records = vi.spyOn(device.client, "records");
  const sought = () => records.mock.calls.length / sutureRecords.length;
  const page = await render(
    device,
    elsewhere.map((recordId) => ({ recordId, hash })),
  );
  await page.shows("This device shows you none of their names.");
  expect(page.text).toContain("of 100 records");
  // Enough for all that are asked for to be looked up.
  let turns = 0;
  await page.until(() => (turns += 1) > 200);
  expect(sought()).toBe(36);
  await act(async () => void (await register(device, "Dube", organizationId)));
  await page.until(() => sought() >= 72);
});

test("[AP-178] at most twelve are named, and no more sought than it takes", async () => {
  const device = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(device);
  const here: Missing[number][] = [];
  for (let at = 0; at < 14; at += 1)
    here.push(await register(device, `Moyo ${at}`, organizationId));
  const others = elsewhere.flatMap((recordId) =>
    here.slice(0, 1).map(({ hash }) => ({ recordId, hash })),
  );
  const page = await render(device, [...here, ...others]);
  await page.shows("And 102 records more.");
  expect(page.root.querySelectorAll(".missing-records li")).toHaveLength(12);
  expect(page.text).toContain("Moyo 11");
  expect(page.text).not.toContain("Moyo 12");
});
