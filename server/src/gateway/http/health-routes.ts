/** For whoever runs the server: whether the process lives, and whether it can serve. Nothing here tells of people. SPEC HT-10. */
import { createRoute, z } from "@hono/zod-openapi";
import { defineTable, httpError, httpErrorSchema } from "@suture/schema";

import type { HttpApp, HttpDeps } from "./http-deps.ts";
import { jsonContent } from "../../identity/identity-response.ts";
import { noStore } from "./http-response.ts";

const systemPartition = "system";

/** `["probe"]`: rewritten by every look whether the store takes writes. */
export const readinessTable = defineTable({
  name: "readiness",
  schema: z.object({ atMs: z.int() }),
});

export function addHealthRoutes(app: HttpApp, deps: HttpDeps): void {
  const { store, clock, identity, log } = deps;

  const alive = createRoute({
    method: "get",
    path: "/healthz",
    summary: "The process lives",
    responses: { 200: jsonContent(z.object({ status: z.literal("ok") }), "") },
  });
  app.openapi(alive, (c) => c.json({ status: "ok" as const }, 200, noStore));

  const ready = createRoute({
    method: "get",
    path: "/readyz",
    summary:
      "The store is open at its version and writable, and the keys are loaded",
    responses: {
      200: jsonContent(
        z.object({ status: z.literal("ready") }),
        "It can serve",
      ),
      503: jsonContent(httpErrorSchema, "It cannot"),
    },
  });
  app.openapi(ready, async (c) => {
    let isReady = false;
    try {
      // A store that is open has done its migrations; only a durable write proves that it takes more.
      await store.write(systemPartition, (tx) =>
        tx.put(readinessTable, ["probe"], { atMs: clock.now() }),
      );
      const { keys } = await identity.keys.jwks();
      isReady = keys.length > 0;
    } catch (cause) {
      log.error("http.not-ready", {}, cause);
    }
    return isReady
      ? c.json({ status: "ready" as const }, 200, noStore)
      : c.json(httpError("not-ready"), 503, noStore);
  });
}
