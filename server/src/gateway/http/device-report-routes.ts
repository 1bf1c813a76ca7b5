/**
 * An organization's devices over HTTP: what each still holds, for managers, admins and auditors; letting one go on that was
 * quarantined, and ending one, for admins. SPEC EV-5, EV-9, EV-10.
 */
import { createRoute, z } from "@hono/zod-openapi";
import {
  deviceIdSchema,
  organizationScope,
  recordIdSchema,
  type Membership,
  type PersonId,
  type RecordId,
  type Role,
} from "@suture/schema";

import { releaseDevice } from "../../admission/quarantine.ts";
import { appendAudit } from "../../audit/append-audit.ts";
import { jsonContent } from "../../identity/identity-response.ts";
import type { AdminsDevice } from "../../identity/organization-devices.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { readAccess } from "../sync/access.ts";
import { activeMembers } from "./active-members.ts";
import { holdsAny } from "./audit-routes.ts";
import {
  describeDevices,
  deviceDescriptionSchema,
  isDeviceOf,
} from "./device-reports.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";

const reportReaders: readonly Role[] = ["manager", "admin", "auditor"];
const listPath = "/v1/organizations/{id}/devices";

export function addDeviceReportRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, reads } = deps;
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };

  const list = createRoute({
    method: "get",
    path: listPath,
    summary: "The organization's devices, and what each said it still holds",
    ...session,
    request: { params: z.object({ id: recordIdSchema }) },
    responses: {
      200: jsonContent(
        z.object({ devices: z.array(deviceDescriptionSchema) }),
        "In quarantine first, then the most critical work. For managers, admins and auditors",
      ),
      ...errorResponses,
    },
  });
  app.openapi(list, async (c) => {
    const { id: organizationId } = c.req.valid("param");
    const own = await membershipIn(deps, sessionOf(c).personId, organizationId);
    if (own === undefined)
      return respondWithHttpError(c, "organization-unknown");
    if (!holdsAny(own, reportReaders))
      return respondWithHttpError(c, "not-permitted");
    const devices = await describeDevices(deps, organizationId);
    const scopeId = organizationScope(organizationId);
    const { memberId } = own;
    const what = "devices";
    reads.note({ organizationId, scopeId, memberId, what, recordId: null });
    return c.json({ devices: [...devices] }, 200, noStore);
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
      path: `${listPath}/{deviceId}/${verb}`,
      summary,
      ...session,
      request: {
        params: z.object({ id: recordIdSchema, deviceId: deviceIdSchema }),
      },
      responses: {
        204: { description: "Done, or it was so already" },
        ...errorResponses,
      },
    });
    app.openapi(route, async (c) => {
      const { id: organizationId, deviceId } = c.req.valid("param");
      const { personId } = sessionOf(c);
      const own = await membershipIn(deps, personId, organizationId);
      if (own === undefined)
        return respondWithHttpError(c, "organization-unknown");
      if (!holdsAny(own, ["admin"]))
        return respondWithHttpError(c, "not-permitted");
      const byMemberId = own.memberId;
      return (await act(deps, { organizationId, deviceId, byMemberId }))
        ? c.body(null, 204)
        : respondWithHttpError(c, "device-unknown");
    });
  }
}

type Ending = Omit<AdminsDevice, "memberIds">;

/** Whether it is a device of the organization. */
async function release(
  deps: HttpDeps,
  { organizationId, deviceId, byMemberId }: Ending,
): Promise<boolean> {
  const { store, clock, checkpoints } = deps;
  const at = { organizationId, atMs: clock.now() };
  const isReleased = await store.write(organizationId, (tx) =>
    releaseDevice(appendAudit, tx, at, { deviceId, byMemberId }),
  );
  if (isReleased) checkpoints.noteAppended(organizationId);
  return isReleased || isDeviceOf(deps, organizationId, deviceId);
}

async function revoke(deps: HttpDeps, ending: Ending): Promise<boolean> {
  const { store, identity } = deps;
  const memberIds = await activeMembers(store, ending.organizationId);
  const { organizationDevices } = identity;
  return (await organizationDevices.revoke({ ...ending, memberIds })).ok;
}

/** Undefined for whoever is no active member there. */
export async function membershipIn(
  deps: HttpDeps,
  personId: PersonId,
  organizationId: RecordId,
): Promise<Membership | undefined> {
  const { memberships } = await readAccess(deps, personId);
  return memberships.find((held) => held.organizationId === organizationId);
}
