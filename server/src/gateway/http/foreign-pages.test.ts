import { expect, test } from "vitest";

import { createHttpApp } from "./app.ts";
import { createHttpWorld } from "./http-world.test-support.ts";

/** What a browser asks before it lets a page of another origin send a request with a token. */
const asking = (origin: string) => ({
  method: "OPTIONS",
  headers: {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,dpop",
  },
});

test("[ID-26] pages of the set origins may use the HTTP API, without cookies; other foreign pages may not", async () => {
  const { deps } = await createHttpWorld();
  const allowedOrigins = ["https://ward.example/"];
  const app = createHttpApp({ ...deps, allowedOrigins });
  const allowed = await app.request(
    "/v1/sync-tickets",
    asking("https://ward.example"),
  );
  const { headers } = allowed;
  expect(headers.get("access-control-allow-origin")).toBe(
    "https://ward.example",
  );
  expect(headers.get("access-control-allow-headers")).toContain("dpop");
  expect(headers.get("access-control-allow-credentials")).toBe(null);
  for (const origin of ["https://evil.example", "null"])
    for (const init of [asking(origin), { headers: { origin } }]) {
      const refused = await app.request("/v1/devices", init);
      expect(refused.headers.get("access-control-allow-origin")).toBe(null);
    }
  const answered = await app.request("/v1/devices", {
    headers: { origin: "https://ward.example" },
  });
  expect(answered.status).toBe(401);
  expect(answered.headers.get("access-control-expose-headers")).toContain(
    "dpop-nonce",
  );
});

test("[ID-26] where no origin is set, no foreign page may use it", async () => {
  const { app } = await createHttpWorld();
  const refused = await app.request(
    "/v1/sync-tickets",
    asking("https://ward.example"),
  );
  expect(refused.headers.get("access-control-allow-origin")).toBe(null);
});
