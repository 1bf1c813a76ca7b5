import { changeHashSchema } from "@suture/schema";
import { expect, test } from "vitest";
import { quarantinedTable } from "../../admission/admission-tables.ts";
import { withColleague } from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";

test("[EV-9] a device that is released while it is connected comes back at once and sends what it kept; others stay", async () => {
  const world = await SyncWorld.create();
  const { house, colleague, client } = await withColleague(world, ["manager"]);
  const { organizationId, adminClient } = house;
  const { deviceId, memberId } = colleague;
  const writer = world.writerOf(colleague);
  const change = equipmentOf(world).create(writer, {
    parentId: organizationId,
  });
  const hash = changeHashSchema.parse("0".repeat(64));
  await world.store.write(organizationId, (tx) =>
    tx.put(quarantinedTable, [deviceId], {
      deviceId,
      memberId,
      recordId: organizationId,
      admitted: hash,
      refused: hash,
      atMs: 1,
    }),
  );
  client.push([change]);
  await world.settle();
  expect(client.last("verdicts")?.verdicts).toMatchObject([
    { code: "device-quarantined", isRetryable: true },
  ]);
  const session = await world.identity.signIn({
    email: "admin@suture.example",
    password: "correct horse battery",
  });
  if (!session.ok) throw new Error(session.error.code);
  const release = () =>
    world.server.app.request(
      `/v1/organizations/${organizationId}/devices/${deviceId}/release`,
      {
        method: "POST",
        headers: { authorization: `Bearer ${session.value.sessionToken}` },
      },
    );
  expect((await release()).status).toBe(204);
  await world.settle();
  expect(client.closed?.name).toBe("server-stopping");
  expect(adminClient.closed).toBeNull();
  const back = world.connect(colleague);
  back.hello();
  back.push([change]);
  await world.settle();
  expect(back.last("verdicts")?.verdicts).toMatchObject([
    { verdict: "accepted" },
  ]);
  // Nothing was lifted the second time: nobody is interrupted.
  expect((await release()).status).toBe(204);
  await world.settle();
  expect(back.closed).toBeNull();
});
