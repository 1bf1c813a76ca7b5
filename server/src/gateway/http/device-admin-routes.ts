/**
 * What an admin does to one device of the organization: names it, takes a member off it, lets it go on after a quarantine, or
 * ends it for all members. SPEC ID-38, EV-9, EV-10.
 */
import { createRoute, z } from "@hono/zod-openapi";
import { deviceIdSchema, ok, recordIdSchema } from "@suture/schema";
import type { RecordId } from "@suture/schema";
import type { Context } from "hono";

import { releaseDevice } from "../../admission/quarantine.ts";
import { appendAudit } from "../../audit/append-audit.ts";
import { deviceName } from "../../identity/device-routes.ts";
import { jsonBody } from "../../identity/identity-response.ts";
import type { AdminsDevice } from "../../identity/organization-devices.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import type { SessionEnv } from "../../identity/require-session.ts";
import { actingMember } from "./acting-member.ts";
import { activeMembers } from "./active-members.ts";
import { isDeviceOf } from "./device-reports.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import {
  errorResponses,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";

const devicePath = "/v1/organizations/{id}/devices/{deviceId}";
const device = { id: recordIdSchema, deviceId: deviceIdSchema };

export function addDeviceAdminRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity } = deps;
  const shared = {
    security: signedIn,
    middleware: requireSession(identity),
    responses: {
      204: { description: "Done, or it was so already" },
      ...errorResponses,
    },
  };

  /** As whom the session acts there; or why not. */
  async function adminOf(c: Context<SessionEnv>, organizationId: RecordId) {
    const { personId } = sessionOf(c);
    const admin = await actingMember(deps, personId, organizationId, ["admin"]);
    if (!admin.ok) return admin;
    const memberIds = await activeMembers(deps.store, organizationId);
    return ok({ byMemberId: admin.value.membership.memberId, memberIds });
  }

  const rename = createRoute({
    method: "patch",
    path: devicePath,
    summary: "Rename a device that a member is on (admins)",
    ...shared,
    request: {
      params: z.object(device),
      ...jsonBody(z.object({ name: deviceName })),
    },
  });
  app.openapi(rename, async (c) => {
    const { id: organizationId, deviceId } = c.req.valid("param");
    const { name } = c.req.valid("json");
    const admin = await adminOf(c, organizationId);
    if (!admin.ok) return respondWithHttpError(c, admin.error);
    const renamed = await identity.organizationDevices.rename(
      { organizationId, deviceId, ...admin.value },
      name,
    );
    return renamed.ok
      ? c.body(null, 204)
      : respondWithHttpError(c, "device-unknown");
  });

  const remove = createRoute({
    method: "post",
    path: `${devicePath}/members/{memberId}/remove`,
    summary: "Take one member off a device (admins)",
    ...shared,
    request: { params: z.object({ ...device, memberId: recordIdSchema }) },
  });
  app.openapi(remove, async (c) => {
    const { id: organizationId, deviceId, memberId } = c.req.valid("param");
    const admin = await adminOf(c, organizationId);
    if (!admin.ok) return respondWithHttpError(c, admin.error);
    const taken = await identity.organizationDevices.takeOff({
      organizationId,
      deviceId,
      memberId,
      ...admin.value,
    });
    return taken.ok
      ? c.body(null, 204)
      : respondWithHttpError(c, "device-unknown");
  });

  for (const [verb, summary, act] of [
    ["release", "Let a quarantined device go on (admins)", release],
    [
      "revoke",
      "End a device for the organization's members, for good (admins)",
      revoke,
    ],
  ] as const) {
    const route = createRoute({
      method: "post",
      path: `${devicePath}/${verb}`,
      summary,
      ...shared,
      request: { params: z.object(device) },
    });
    app.openapi(route, async (c) => {
      const { id: organizationId, deviceId } = c.req.valid("param");
      const admin = await adminOf(c, organizationId);
      if (!admin.ok) return respondWithHttpError(c, admin.error);
      return (await act(deps, { organizationId, deviceId, ...admin.value }))
        ? c.body(null, 204)
        : respondWithHttpError(c, "device-unknown");
    });
  }
}

/** Whether it is a device of the organization. */
async function release(
  deps: HttpDeps,
  { organizationId, deviceId, byMemberId }: AdminsDevice,
): Promise<boolean> {
  const { store, clock, checkpoints, connections } = deps;
  const at = { organizationId, atMs: clock.now() };
  const isReleased = await store.write(organizationId, (tx) =>
    releaseDevice(appendAudit, tx, at, { deviceId, byMemberId }),
  );
  if (isReleased) {
    checkpoints.noteAppended(organizationId);
    connections.reopen(deviceId);
  }
  return isReleased || isDeviceOf(deps, organizationId, deviceId);
}

async function revoke(
  { identity }: HttpDeps,
  device: AdminsDevice,
): Promise<boolean> {
  return (await identity.organizationDevices.revoke(device)).ok;
}
