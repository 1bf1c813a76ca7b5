/**
 * `/sync` as HTTP sees it: described for OpenAPI, and what a request without an upgrade is told. The upgrade itself never comes
 * here (`gateway/sync/upgrade.ts`). SPEC HT-12.
 */
import { createRoute } from "@hono/zod-openapi";
import {
  httpError,
  httpErrorSchema,
  identityErrorSchema,
} from "@suture/schema";
import { dpopHeader, jsonContent } from "../../identity/identity-response.ts";
import { syncPath } from "../sync/answer-upgrade.ts";
import type { HttpApp } from "./http-deps.ts";
import { noStore } from "./http-response.ts";

export function addSyncRoute(app: HttpApp): void {
  const route = createRoute({
    method: "get",
    path: syncPath,
    summary: "Sync this device: a WebSocket of binary frames",
    security: [{ sync: [] }],
    parameters: [dpopHeader],
    responses: {
      101: {
        description:
          "The socket is open; the device says hello first. Browsers offer the subprotocols suture.v2 and suture.ticket.<ticket> (see /v1/sync-tickets) instead of the two headers.",
      },
      401: jsonContent(
        identityErrorSchema,
        "No socket: the sync token, the proof or the ticket does not hold",
      ),
      403: jsonContent(
        identityErrorSchema,
        "No socket: pages of this origin may not connect",
      ),
      426: jsonContent(httpErrorSchema, "The request asked for no WebSocket"),
    },
  });
  app.openapi(route, (c) =>
    c.json(httpError("upgrade-required"), 426, {
      ...noStore,
      connection: "Upgrade",
      upgrade: "websocket",
    }),
  );
}
