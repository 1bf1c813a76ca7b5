import {
  createMemoryStore,
  httpErrorSchema,
  identityErrorSchema,
} from "@suture/schema";
import { expect, test } from "vitest";

import { serverTables } from "../../server-tables.ts";
import { createSystemLog } from "../../system-log.ts";
import { answerOf, createHttpWorld } from "./http-world.test-support.ts";

interface Operation {
  readonly summary: string;
  readonly security?: readonly object[];
}

test("[HT-1] the document describes every route, and which need a session", async () => {
  const { app } = await createHttpWorld();
  const { status, body } = await answerOf(
    await app.request("/v1/openapi.json"),
  );
  expect(status).toBe(200);
  expect(body.openapi).toBe("3.1.0");
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining([
      "/v1/records/{id}",
      "/v1/records/{id}/history",
      "/v1/reviews",
      "/v1/reviews/{id}",
      "/v1/reviews/{id}/resolution",
      "/v1/audit",
      "/v1/invitations",
      "/v1/organizations/{id}/devices",
      "/v1/organizations/{id}/stranded",
      "/v1/organizations/{id}/stranded/{hash}/adopt",
      "/v1/sign-in",
      "/healthz",
      "/readyz",
      "/.well-known/jwks.json",
    ]),
  );
  expect(Object.keys(body.components.securitySchemes).sort()).toEqual([
    "session",
    "sync",
  ]);
  for (const path of Object.keys(body.paths)) {
    const operations = Object.values<Operation>(body.paths[path]);
    for (const { summary } of operations) expect(summary).toMatch(/\w/);
  }
});

test("[HT-1] the document tells of the server's own trouble, and of proofs where they are asked for", async () => {
  const { app } = await createHttpWorld();
  const { body } = await answerOf(await app.request("/v1/openapi.json"));
  const dpop = { name: "DPoP", in: "header", required: true };
  for (const [path, method] of [
    ["/v1/devices", "post"],
    ["/v1/sync-token/renew", "post"],
    ["/sync", "get"],
  ] as const)
    expect(body.paths[path][method].parameters).toMatchObject([dpop]);
  expect(Object.keys(body.paths["/sync"].get.responses)).toEqual([
    "101",
    "401",
    "403",
    "426",
  ]);
  expect(body.paths).toHaveProperty(["/v1/openapi.json", "get"]);
  for (const path of ["/v1/devices", "/v1/reviews", "/v1/audit"])
    expect(body.paths[path].get.responses).toHaveProperty("5XX");
});

test("[HT-12] a request for /sync without an upgrade is told that it takes one", async () => {
  const { app } = await createHttpWorld();
  const response = await app.request("/sync");
  expect(response.headers.get("upgrade")).toBe("websocket");
  const { status, body } = await answerOf(response);
  expect([status, body.code]).toEqual([426, "upgrade-required"]);
  expect(httpErrorSchema.strict().safeParse(body).success).toBe(true);
});

test("[HT-1] every route that reads or changes something asks for a session", async () => {
  const { app } = await createHttpWorld();
  const { body } = await answerOf(await app.request("/v1/openapi.json"));
  const asked: string[] = [];
  for (const [path, operations] of Object.entries<object>(body.paths)) {
    for (const [method, operation] of Object.entries<Operation>({
      ...operations,
    })) {
      if (!operation.security?.some((each: object) => "session" in each))
        continue;
      const { status, body: error } = await answerOf(
        await app.request(path.replaceAll(/\{\w+\}/g, "x"), {
          method: method.toUpperCase(),
        }),
      );
      asked.push(path);
      expect([path, status, error.code]).toEqual([path, 401, "token-missing"]);
      expect(identityErrorSchema.safeParse(error).success).toBe(true);
    }
  }
  expect(asked).toContain("/v1/reviews/{id}/resolution");
});

test("[HT-1] errors are a code, a sentence and whether to try again; nothing of what was sent", async () => {
  const world = await createHttpWorld();
  const admin = await world.join(["admin"]);
  const answers = [
    await admin.get("/v1/nowhere"),
    await admin.get("/v1/records/planted-text"),
    await admin.post("/v1/invitations", { organizationId: "planted-text" }),
    await admin.post(
      `/v1/reviews/${"0".repeat(32)}/resolution`,
      "planted-text",
    ),
  ];
  for (const { status, body } of answers) {
    expect([400, 404]).toContain(status);
    expect(httpErrorSchema.strict().safeParse(body).success).toBe(true);
    expect(JSON.stringify(body)).not.toContain("planted");
  }
  const tooLarge = await admin.post("/v1/invitations", "x".repeat(300_000));
  expect(tooLarge).toMatchObject({
    status: 413,
    body: { code: "body-too-large" },
  });
});

test("[HT-10] the process lives; it is ready while its store takes writes", async () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const log = createSystemLog({ level: "info", stream });
  const store = createMemoryStore({ tables: serverTables });
  const { app } = await createHttpWorld({ store, log });
  expect((await app.request("/healthz")).status).toBe(200);
  expect((await app.request("/readyz")).status).toBe(200);
  await store.close();
  expect((await app.request("/healthz")).status).toBe(200);
  const { status, body } = await answerOf(await app.request("/readyz"));
  expect([status, body.code, body.isRetryable]).toEqual([
    503,
    "not-ready",
    true,
  ]);
  expect(lines.join()).toContain("http.not-ready");
});

test("[HT-10] what breaks inside is a plain 500, and is in the log without what was asked", async () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const log = createSystemLog({ level: "info", stream });
  const store = createMemoryStore({ tables: serverTables });
  const world = await createHttpWorld({ store, log });
  await world.join(["clinician"]);
  await store.close();
  const { status, body } = await answerOf(
    await world.app.request("/v1/sign-in", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        email: "person-1@suture.example",
        password: "correct horse battery",
      }),
    }),
  );
  expect([status, body.code]).toEqual([500, "server-failed"]);
  expect(lines.join()).toContain("http.failed");
  expect(JSON.stringify(body)).not.toContain("horse");
  expect(lines.join()).not.toContain("horse");
});

test("[HT-11] every answer forbids framing, sniffing and scripts; the start page needs none", async () => {
  const { app } = await createHttpWorld();
  for (const path of ["/", "/healthz", "/v1/nowhere", "/v1/openapi.json"]) {
    const { headers } = await app.request(path);
    expect(headers.get("content-security-policy")).toContain(
      "default-src 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }
  const page = await (await app.request("/")).text();
  expect(page).toContain("/v1/openapi.json");
  expect(page).not.toContain("<script");
});
