/**
 * The HTTP side of the server: identity's routes, records, reviews, audit, and what an operator asks. One OpenAPI document.
 *
 * Every error is `{ code, message, isRetryable }` with a code of a closed list; none holds a token, a name or clinical
 * content. Everything under /v1 but signing in asks for a session token. Nothing may be cached or framed. SPEC HT.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { httpError } from "@suture/schema";
import { bodyLimit } from "hono/body-limit";
import { except } from "hono/combine";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";

import type { SessionEnv } from "../../identity/require-session.ts";
import { createIdentityRoutes } from "../../identity/routes.ts";
import { addAppFiles, type AppFiles } from "./app-files.ts";
import { addAttachmentRoutes } from "./attachment-routes.ts";
import { addAuditExportRoutes } from "./audit-export-routes.ts";
import { addAuditRoutes } from "./audit-routes.ts";
import { addAutomergeTicketRoutes } from "./automerge-ticket-routes.ts";
import { addDeviceAdminRoutes } from "./device-admin-routes.ts";
import { addDeviceReportRoutes } from "./device-report-routes.ts";
import { addHealthRoutes } from "./health-routes.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import { noStore, respondWithHttpError } from "./http-response.ts";
import { addOrganizationRoutes } from "./organization-routes.ts";
import { addRecordRoutes } from "./record-routes.ts";
import { addReopenCountRoutes } from "./reopen-count-routes.ts";
import { addReviewRoutes } from "./review-routes.ts";
import { contentSecurityPolicy, startPage } from "./start-page.ts";
import { addStrandedRoutes } from "./stranded-routes.ts";
import { addSyncRoute } from "./sync-route.ts";

export interface HttpAppOptions extends HttpDeps {
  /** Origins of others whose pages may use the API; by default none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly version: string;
  /** The app, where it was built. */
  readonly appFiles?: AppFiles | undefined;
}

/** A resolution with a whole statement, and room. */
const maxBodyBytes = 256 * 1024;

const documentPath = "/v1/openapi.json";

const securityHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "interest-cohort=()",
  // Browsers heed it over HTTPS only, so it does no harm on a laptop.
  "strict-transport-security": "max-age=31536000",
} as const;

export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { identity, externalUrl, log, version } = options;
  const app: HttpApp = new OpenAPIHono<SessionEnv>({
    // zod's own message would quote what was sent.
    defaultHook: (result, c) =>
      result.success ? undefined : respondWithHttpError(c, "request-invalid"),
  });
  app.use("*", async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  });
  const mayCall = cors({
    origin: (options.allowedOrigins ?? []).map((url) => new URL(url).origin),
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: ["authorization", "content-type", "dpop"],
    exposeHeaders: ["dpop-nonce", "retry-after", "www-authenticate"],
    maxAge: 600,
  });
  app.use("/v1/*", mayCall);
  app.use("/.well-known/*", mayCall);
  // A body that does not say its length is read here whole, before it is known who asks: so pictures have a limit of their own.
  const limitBody = bodyLimit({
    maxSize: maxBodyBytes,
    onError: (c) => respondWithHttpError(c, "body-too-large"),
  });
  app.use("*", except("/v1/records/:id/attachments/:hash", limitBody));
  app.notFound((c) => respondWithHttpError(c, "route-unknown"));
  app.onError((cause, c) => {
    // What hono throws by itself: a body that is not JSON, a malformed request.
    if (cause instanceof HTTPException)
      return respondWithHttpError(c, "request-invalid");
    log.error(
      "http.failed",
      { method: c.req.method, route: c.req.routePath },
      cause,
    );
    return c.json(httpError("server-failed"), 500, noStore);
  });

  app.route("/", createIdentityRoutes({ identity, externalUrl }));
  addRecordRoutes(app, options);
  addAttachmentRoutes(app, options);
  addReviewRoutes(app, options);
  addAuditRoutes(app, options);
  addAuditExportRoutes(app, options);
  addOrganizationRoutes(app, options);
  addDeviceReportRoutes(app, options);
  addReopenCountRoutes(app, options);
  addDeviceAdminRoutes(app, options);
  addStrandedRoutes(app, options);
  addHealthRoutes(app, options);
  addSyncRoute(app);
  addAutomergeTicketRoutes(app, options);
  describeApi(app, version);
  if (options.appFiles === undefined) app.get("/", (c) => c.html(startPage));
  else addAppFiles(app, options.appFiles);
  return app;
}

function describeApi(app: HttpApp, version: string): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "A session token: fifteen minutes, renewed by /v1/session/renew.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "sync", {
    type: "http",
    scheme: "DPoP",
    description: "A sync token with a proof of the device's key (RFC 9449).",
  });
  app.openAPIRegistry.registerPath({
    method: "get",
    path: documentPath,
    summary: "This document",
    responses: {
      200: {
        description: "OpenAPI 3.1",
        content: { "application/json": { schema: { type: "object" } } },
      },
    },
  });
  const about = {
    openapi: "3.1.0",
    info: {
      title: "Suture",
      version,
      description:
        "Records that teams edit offline. Devices sync over a WebSocket; this is the API for everything else: review tasks, history, audit, and setting up.",
      license: { name: "Apache-2.0" },
    },
  };
  // Made once: it takes as long as hundreds of other requests, and anybody may ask for it.
  let document: string | undefined;
  app.get(documentPath, (c) => {
    document ??= JSON.stringify(app.getOpenAPI31Document(about));
    return c.body(document, 200, { "content-type": "application/json" });
  });
}
