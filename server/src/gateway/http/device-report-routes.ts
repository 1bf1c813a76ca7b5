/** An organization's devices, and what each said it still holds: for managers, admins and auditors. SPEC EV-5. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  deviceDescriptionSchema,
  organizationScope,
  recordIdSchema,
  reportReaders,
} from "@suture/schema";

import { jsonContent } from "../../identity/identity-response.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { actingMember } from "./acting-member.ts";
import { describeDevices } from "./device-reports.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";

// Named after zod has learned to name schemas, which those of `schema` were made before.
const deviceDescription = deviceDescriptionSchema
  .clone()
  .openapi("DeviceDescription");

export function addDeviceReportRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, reads } = deps;
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };

  const list = createRoute({
    method: "get",
    path: "/v1/organizations/{id}/devices",
    summary: "The organization's devices, and what each said it still holds",
    ...session,
    request: { params: z.object({ id: recordIdSchema }) },
    responses: {
      200: jsonContent(
        z.object({ devices: z.array(deviceDescription) }),
        "In quarantine first, then the most critical work. For managers, admins and auditors",
      ),
      ...errorResponses,
    },
  });
  app.openapi(list, async (c) => {
    const { id: organizationId } = c.req.valid("param");
    const { personId } = sessionOf(c);
    const reader = await actingMember(
      deps,
      personId,
      organizationId,
      reportReaders,
    );
    if (!reader.ok) return respondWithHttpError(c, reader.error);
    const devices = await describeDevices(deps, organizationId);
    const scopeId = organizationScope(organizationId);
    const { memberId } = reader.value.membership;
    const what = "devices";
    reads.note({ organizationId, scopeId, memberId, what, recordId: null });
    return c.json({ devices: [...devices] }, 200, noStore);
  });
}
