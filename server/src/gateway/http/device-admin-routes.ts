/** What an admin does to one device of the organization beside ending it: its name, and who of their members is on it. SPEC ID-38. */
import { createRoute, z } from "@hono/zod-openapi";
import { deviceIdSchema, recordIdSchema } from "@suture/schema";
import type { RecordId } from "@suture/schema";
import type { Context } from "hono";

import { deviceName } from "../../identity/device-routes.ts";
import { jsonBody } from "../../identity/identity-response.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import type { SessionEnv } from "../../identity/require-session.ts";
import { activeMembers } from "./active-members.ts";
import { holdsAny } from "./audit-routes.ts";
import { membershipIn } from "./device-report-routes.ts";
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
    const own = await membershipIn(deps, sessionOf(c).personId, organizationId);
    if (own === undefined) return "organization-unknown" as const;
    if (!holdsAny(own, ["admin"])) return "not-permitted" as const;
    const memberIds = await activeMembers(deps.store, organizationId);
    return { byMemberId: own.memberId, memberIds };
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
    if (typeof admin === "string") return respondWithHttpError(c, admin);
    const renamed = await identity.organizationDevices.rename(
      { organizationId, deviceId, ...admin },
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
    if (typeof admin === "string") return respondWithHttpError(c, admin);
    const taken = await identity.organizationDevices.takeOff({
      organizationId,
      deviceId,
      memberId,
      ...admin,
    });
    return taken.ok
      ? c.body(null, 204)
      : respondWithHttpError(c, "device-unknown");
  });
}
