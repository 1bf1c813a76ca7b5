import type { DeviceId } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  expectAccepted,
  membership,
} from "../../admission/world.test-support.ts";
import { createTestDevice } from "../../identity/identity-world.ts";
import type { Revocation } from "../../identity/revocations.ts";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

let world: HttpWorld;
let admin: Asker;
let clinician: Asker;
let stranger: Pick<Asker, "patch" | "post">;
let deviceId: DeviceId;
let path: string;
let announced: Revocation[];
beforeEach(async () => {
  world = await createHttpWorld();
  admin = await world.join(["admin"]);
  clinician = await world.join(["clinician"]);
  stranger = await world.stranger();
  const { publicKey, jkt } = await createTestDevice();
  const { personId } = clinician.colleague.author;
  const { devices } = world.identity;
  const device = { personId, publicKey, jkt, name: "Tablet" };
  const registered = await devices.register(device);
  if (!registered.ok) throw new Error(registered.error.code);
  deviceId = registered.value;
  await devices.register({
    ...device,
    personId: admin.colleague.author.personId,
  });
  path = `/v1/organizations/${world.world.organizationId}/devices`;
  announced = [];
  world.identity.onRevoked((revocation) => announced.push(revocation));
});

const nobodys = "00000000-0000-4000-8000-00000000000f";

test("[ID-38] an admin takes one member off a device, and open connections are told; nobody else may", async () => {
  const remove = `${path}/${deviceId}/members/${clinician.memberId}/remove`;
  expect(await clinician.post(remove, {})).toMatchObject({ status: 403 });
  expect(await stranger.post(remove, {})).toMatchObject({ status: 404 });
  expect(announced).toEqual([]);
  expect(await admin.post(remove, {})).toMatchObject({ status: 204 });
  const { personId } = clinician.colleague.author;
  expect(announced).toEqual([{ kind: "person-on-device", deviceId, personId }]);
  for (const unknown of [
    remove,
    `${path}/${nobodys}/members/${clinician.memberId}/remove`,
    `${path}/${deviceId}/members/${world.world.organizationId}/remove`,
  ])
    expect(await admin.post(unknown, {})).toMatchObject({
      status: 404,
      body: { code: "device-unknown" },
    });
});

test("[ID-23] a device that somebody is on who has left is neither shown nor ended", async () => {
  const founder = world.world.admin;
  const gone = { ...membership(["clinician"], []), active: false };
  const left = founder.sign(clinician.member, "membership", gone);
  expectAccepted(await founder.push(left));
  const { personId } = clinician.colleague.author;
  const { publicKey, jkt } = await createTestDevice();
  const device = { personId, publicKey, jkt, name: "At another clinic" };
  const elsewhere = await world.identity.devices.register(device);
  if (!elsewhere.ok) throw new Error(elsewhere.error.code);
  const { body } = await admin.get(path);
  const shown = JSON.stringify(body);
  expect(shown).toContain(deviceId);
  expect(shown).not.toContain(elsewhere.value);
  expect(shown).not.toContain(clinician.memberId);
  const remove = `members/${clinician.memberId}/remove`;
  for (const act of ["revoke", remove])
    expect(await admin.post(`${path}/${elsewhere.value}/${act}`, {})).toEqual(
      expect.objectContaining({ status: 404 }),
    );
  expect(announced).toEqual([]);
});

test("[ID-38] an admin renames a device that a member is on; nobody else may, and no other device", async () => {
  const name = "Ward 3, tablet 2";
  const one = `${path}/${deviceId}`;
  expect(await clinician.patch(one, { name })).toMatchObject({ status: 403 });
  expect(await stranger.patch(one, { name })).toMatchObject({ status: 404 });
  expect(await admin.patch(one, { name: " " })).toMatchObject({ status: 400 });
  expect(await admin.patch(one, { name })).toMatchObject({ status: 204 });
  expect(await admin.patch(one, { name })).toMatchObject({ status: 204 });
  const { personId } = clinician.colleague.author;
  await world.identity.devices.rename(personId, deviceId, "Tablet 3");
  await world.identity.devices.rename(personId, deviceId, name);
  const renamed = { event: "device-renamed", deviceId };
  expect(
    (await world.audit()).filter(({ event }) => event === "device-renamed"),
  ).toEqual(
    [admin, clinician, clinician].map(({ memberId }) => ({
      ...renamed,
      memberId,
    })),
  );
  const found = await world.identity.devices.find(deviceId);
  expect(found?.name).toBe(name);
  expect(await admin.patch(`${path}/${nobodys}`, { name })).toMatchObject({
    status: 404,
    body: { code: "device-unknown" },
  });
  await world.identity.devices.revoke(deviceId);
  expect(await admin.patch(one, { name })).toMatchObject({ status: 404 });
});
