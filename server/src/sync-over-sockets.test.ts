import { once } from "node:events";
import {
  bytesToHex,
  equipment,
  organizationScope,
  randomUuid,
} from "@suture/schema";
import { afterEach, expect, test } from "vitest";
import { nothingUnsynced } from "./gateway/sync/sync-world.test-support.ts";
import {
  registered,
  running,
  tidyUp,
  WsClient,
  type Device,
} from "./running-server.test-support.ts";
import { RecordWriter } from "./sample/record-writer.ts";
import { samplePassword } from "./sample/sample-people.ts";
import type { RunningServer } from "./start-server.ts";
import { systemClock, systemRandom } from "./system-runtime.ts";

afterEach(tidyUp);

/** Nothing but what a test is about closes a socket of its own accord. */
const patient = { SUTURE_PING_INTERVAL_MS: "600000" };

test("[SY-14] revoking a device closes its live connection, without any timer", async () => {
  const server = await running(undefined, patient);
  const { device, client } = await opened(server, "technician");
  const colleague = await opened(server, "manager");
  const closed = client.closed();
  const { sessionToken } = await signedIn(server, "technician");
  const revoked = await fetch(
    `${server.url}/v1/devices/${device.deviceId}/revoke`,
    { method: "POST", headers: { authorization: `Bearer ${sessionToken}` } },
  );
  expect(revoked.ok).toBe(true);
  expect(await closed).toBe("not-permitted");
  colleague.client.send({ type: "ping", number: 5 });
  expect(await colleague.client.take("pong")).toMatchObject({ number: 5 });
});

test("[LM-7] a device that stops reading is closed, and its colleagues notice nothing", async () => {
  const server = await running(undefined, patient, {
    stalledReaderMs: 500,
    slowReaderBytes: 256 * 1024,
  });
  const { client: stuck, welcome, device } = await opened(server, "manager");
  const honest = await opened(server, "technician");
  const scopeId = organizationScope(welcome.organizationId);
  honest.client.send({
    type: "push",
    pushId: 1,
    token: honest.device.syncToken,
    changes: Array.from({ length: 25 }, () => largeEquipment(honest)),
    unsynced: nothingUnsynced,
  });
  await honest.client.take("verdicts");
  const gone = once(stuck.socket, "close");
  stuck.socket.pause();
  // Far more than what the network between the two would hold.
  for (let count = 0; count < 60; count += 1)
    stuck.send({ type: "pull-snapshot", scopeId, at: null, after: null });
  honest.client.send({
    type: "push",
    pushId: 2,
    token: honest.device.syncToken,
    changes: [largeEquipment(honest)],
    unsynced: nothingUnsynced,
  });
  expect((await honest.client.take("verdicts")).verdicts).toMatchObject([
    { verdict: "accepted" },
  ]);
  // What colleagues are told when a device has gone.
  let presence = await honest.client.take("presence");
  while (presence.deviceId !== device.deviceId || presence.isConnected)
    presence = await honest.client.take("presence");
  honest.client.send({ type: "ping", number: 5 });
  expect(await honest.client.take("pong")).toMatchObject({ number: 5 });
  expect(honest.client.socket.readyState).toBe(honest.client.socket.OPEN);
  stuck.socket.resume();
  await gone;
});

/** A hundred thousand characters that do not compress well. */
function largeEquipment({ device, welcome }: Opened) {
  const { deviceId } = device;
  const { memberId, organizationId: parentId } = welcome;
  const note = () => ({
    status: "active",
    text: bytesToHex(systemRandom.bytes(2_000)),
  });
  const notes = Object.fromEntries(
    Array.from({ length: 25 }, () => [randomUuid(systemRandom), note()]),
  );
  const { recordId, bytes } = new RecordWriter(equipment, systemRandom).create(
    { memberId, deviceId, atMs: systemClock.now() },
    { parentId, entries: { notes } },
  );
  return { recordId, bytes };
}

async function signedIn({ url }: RunningServer, role: string) {
  const response = await fetch(`${url}/v1/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      email: `${role}@riverbend.example`,
      password: samplePassword,
    }),
  });
  return (await response.json()) as { sessionToken: string };
}

type Opened = Awaited<ReturnType<typeof opened>>;

async function opened(server: RunningServer, role: string) {
  const device: Device = await registered(server, `${role}@riverbend.example`);
  const client = await WsClient.open(server, device);
  client.hello(device);
  const { memberships, scopes } = await client.take("welcome");
  const [membership] = memberships;
  const { organizationId, memberId } = membership ?? {};
  const scope = scopes.find(
    ({ scopeId }) =>
      organizationId !== undefined &&
      scopeId === organizationScope(organizationId),
  );
  if (!organizationId || !memberId || !scope) throw new Error("no member");
  return { device, client, welcome: { organizationId, memberId } };
}
