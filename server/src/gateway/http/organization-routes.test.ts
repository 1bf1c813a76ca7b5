import { beforeEach, expect, test } from "vitest";

import { typeOf, membership } from "../../admission/world.test-support.ts";
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
