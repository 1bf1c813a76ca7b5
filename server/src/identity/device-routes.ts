/** A person's devices. */
import { createRoute, z } from "@hono/zod-openapi";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { deviceIdSchema } from "@suture/schema";
import type { Device } from "./devices.ts";
import {
  dpopHeader,
  errorResponses,
  jsonBody,
  jsonContent,
  limitBody,
  noStore,
  respondWithError,
} from "./identity-response.ts";
import type { Identity } from "./identity.ts";
import { publicKeySchema } from "./public-key.ts";
import { requireSession, sessionOf } from "./require-session.ts";
import type { SessionEnv } from "./require-session.ts";
import { syncGrant } from "./sync-token-routes.ts";

export const deviceName = z.string().trim().min(1).max(100);

const device = z.object({
  deviceId: deviceIdSchema,
  name: z.string(),
  /** How many people use it; who they are is their business. */
  personCount: z.int(),
  registeredAtMs: z.int(),
  revokedAtMs: z.int().nullable(),
});

const idParameter = z.object({ id: deviceIdSchema });

/** `urlOf` tells the URL that a client addressed from the one the request arrived with. */
export function addDeviceRoutes(
  app: OpenAPIHono<SessionEnv>,
  identity: Identity,
  urlOf: (requestUrl: string) => string,
): void {
  const session = [limitBody, requireSession(identity)];

  const register = createRoute({
    method: "post",
    path: "/v1/devices",
    summary:
      "Register this device, or sign in on it, by a proof of its key in the header DPoP",
    security: [{ session: [] }],
    middleware: session,
    parameters: [dpopHeader],
    request: jsonBody(
      z.object({ publicJwk: publicKeySchema, name: deviceName }),
    ),
    responses: {
      201: jsonContent(
        syncGrant,
        "The device and a sync token for 180 days, bound to its key",
      ),
      ...errorResponses,
    },
  });
  app.openapi(register, async (c) => {
    const { publicJwk, name } = c.req.valid("json");
    const registered = await identity.registerDevice({
      authorization: c.req.header("authorization"),
      publicKey: publicJwk,
      name,
      dpop: c.req.header("dpop"),
      method: c.req.method,
      url: urlOf(c.req.url),
    });
    return registered.ok
      ? c.json(registered.value, 201, noStore)
      : respondWithError(c, registered.error);
  });

  const list = createRoute({
    method: "get",
    path: "/v1/devices",
    summary: "The devices this person is on",
    security: [{ session: [] }],
    middleware: session,
    responses: {
      200: jsonContent(
        z.object({ devices: z.array(device) }),
        "Oldest first, revoked ones too",
      ),
      ...errorResponses,
    },
  });
  app.openapi(list, async (c) => {
    const devices = await identity.devices.listOfPerson(sessionOf(c).personId);
    return c.json({ devices: devices.map(describeDevice) }, 200, noStore);
  });

  const rename = createRoute({
    method: "patch",
    path: "/v1/devices/{id}",
    summary: "Rename a device",
    security: [{ session: [] }],
    middleware: session,
    request: {
      params: idParameter,
      ...jsonBody(z.object({ name: deviceName })),
    },
    responses: {
      200: jsonContent(device, "The device with its new name"),
      ...errorResponses,
    },
  });
  app.openapi(rename, async (c) => {
    const { personId } = sessionOf(c);
    const renamed = await identity.devices.rename(
      personId,
      c.req.valid("param").id,
      c.req.valid("json").name,
    );
    return renamed.ok
      ? c.json(describeDevice(renamed.value), 200, noStore)
      : respondWithError(c, renamed.error);
  });

  const revoke = createRoute({
    method: "post",
    path: "/v1/devices/{id}/revoke",
    summary:
      "End this person's access on a device, and the device's if nobody else is on it",
    security: [{ session: [] }],
    middleware: session,
    request: { params: idParameter },
    responses: {
      204: {
        description:
          "Its sync tokens no longer work and open connections are closed",
      },
      ...errorResponses,
    },
  });
  app.openapi(revoke, async (c) => {
    const left = await identity.devices.leave(
      sessionOf(c).personId,
      c.req.valid("param").id,
    );
    return left.ok ? c.body(null, 204) : respondWithError(c, left.error);
  });
}

function describeDevice({
  deviceId,
  name,
  personIds,
  registeredAtMs,
  revokedAtMs,
}: Device): z.infer<typeof device> {
  return {
    deviceId,
    name,
    personCount: personIds.length,
    registeredAtMs,
    revokedAtMs: revokedAtMs ?? null,
  };
}
