import { deviceIdSchema, organizationScope } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { typeOf, membership } from "../../admission/world.test-support.ts";
import { manifestsTable } from "../sync/manifests.ts";
import { createHttpWorld, type HttpWorld } from "./http-world.test-support.ts";
import { invitationLifetimeMs } from "./organization-routes.ts";

let world: HttpWorld;
beforeEach(async () => {
  world = await createHttpWorld();
});

test("[HT-8] an admin invites a member that exists; the person accepts and is that member", async () => {
  const admin = await world.join(["admin"]);
  const { organizationId, teamId } = world.world;
  const { replica, pushed } = world.world.admin.create(typeOf("member"), {
    parentId: organizationId,
    statements: { membership: membership(["clinician"], [teamId]) },
  });
  await world.world.admin.push(pushed);
  const memberId = replica.recordId;
  const invited = await admin.post("/v1/invitations", {
    organizationId,
    memberId,
  });
  expect(invited).toMatchObject({
    status: 201,
    body: { expiresAtMs: world.timers.now() + invitationLifetimeMs },
  });
  const somebody = await world.stranger();
  const { code } = invited.body;
  const accepted = await somebody.post("/v1/invitations/accept", { code });
  expect(accepted).toMatchObject({
    status: 200,
    body: { organizationId, memberId },
  });
  expect((await somebody.get("/v1/reviews")).status).toBe(200);
  const entries = await world.audit();
  expect(entries).toContainEqual({
    event: "invitation-created",
    memberId,
    byMemberId: admin.memberId,
  });
  expect(entries).toContainEqual({ event: "invitation-accepted", memberId });
});

test("[HT-8] nobody else invites, and nobody is invited as somebody who is not there", async () => {
  const admin = await world.join(["admin"]);
  const manager = await world.join(["manager"]);
  const stranger = await world.stranger();
  const { organizationId } = world.world;
  const memberId = manager.memberId;
  const request = { organizationId, memberId };
  expect(await manager.post("/v1/invitations", request)).toMatchObject({
    status: 403,
  });
  expect(await stranger.post("/v1/invitations", request)).toMatchObject({
    status: 404,
    body: { code: "organization-unknown" },
  });
  const nobody = world.world.admin.newRecordId();
  expect(
    await admin.post("/v1/invitations", { organizationId, memberId: nobody }),
  ).toMatchObject({ status: 404, body: { code: "member-unknown" } });
});

test("[HT-9] managers see what devices still hold, most critical first", async () => {
  const manager = await world.join(["manager"]);
  const clinician = await world.join(["clinician"]);
  const { organizationId } = world.world;
  const scopeId = organizationScope(organizationId);
  const device = (digit: string) =>
    deviceIdSchema.parse(`00000000-0000-4000-8000-00000000000${digit}`);
  await world.store.write(organizationId, async (tx) => {
    for (const [digit, counts] of [
      ["1", [0, 0, 0, 3]],
      ["2", [1, 0, 0, 0]],
      ["3", [0, 0, 0, 0]],
    ] as const) {
      const deviceId = device(digit);
      await tx.put(manifestsTable, [scopeId, deviceId], {
        deviceId,
        memberId: clinician.memberId,
        unsynced: {
          countsByPriority: [...counts],
          oldestAgeMs: 1,
          recordIds: [],
        },
        seenAtMs: 5,
      });
    }
  });
  const path = `/v1/unsynced?organizationId=${organizationId}`;
  const { status, body } = await manager.get(path);
  expect(status).toBe(200);
  expect(body.devices).toMatchObject([
    {
      deviceId: device("2"),
      memberId: clinician.memberId,
      scopeIds: [scopeId],
    },
    { deviceId: device("1") },
  ]);
  expect((await clinician.get(path)).status).toBe(403);
});
