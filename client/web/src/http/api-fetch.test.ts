import {
  err,
  httpError,
  identityError,
  ok,
  personIdSchema,
} from "@suture/schema";
import { expect, test } from "vitest";
import { z } from "zod";

import { createApiFetch, type ApiDeps } from "./api-fetch.ts";
import {
  jsonResponse,
  RecordedServer,
} from "./recorded-server.test-support.ts";

const answer = z.object({ count: z.int() });

function apiOf(server: RecordedServer, given: Partial<ApiDeps> = {}) {
  return createApiFetch({
    url: "https://suture.test/",
    fetch: server.fetch,
    timers: { after: () => ({ cancel: () => undefined }) },
    session: () =>
      Promise.resolve(
        ok({
          personId: personIdSchema.parse("ada"),
          sessionToken: "a token",
          sessionTokenExpiresAtMs: 1,
        }),
      ),
    ...given,
  });
}

test("[AP-80] a request is made under the person's session, and what answers is parsed", async () => {
  const server = new RecordedServer().answers("POST /v1/things", { count: 3 });
  const done = await apiOf(server)({
    method: "POST",
    path: "/v1/things",
    query: { after: 2, left: undefined },
    body: { name: "x" },
    answer,
  });
  expect(done).toEqual({ ok: true, value: { count: 3 } });
  expect(server.asked).toEqual([
    {
      method: "POST",
      path: "/v1/things?after=2",
      body: { name: "x" },
      authorization: "Bearer a token",
    },
  ]);
});

test("[AP-80] where no server answers it needs the server; a portal's page and a stranger are told apart from it", async () => {
  const ask = (server: RecordedServer) =>
    apiOf(server)({ method: "GET", path: "/v1/things", answer });
  const code = async (server: RecordedServer) => {
    const asked = await ask(server);
    return asked.ok ? null : asked.error.code;
  };
  const answering = (response: () => Response) =>
    new RecordedServer().answersWith("GET /v1/things", response);
  const down = new RecordedServer();
  down.isUp = false;
  expect(await code(down)).toBe("needs-server");
  expect(
    await code(answering(() => new Response("busy", { status: 502 }))),
  ).toBe("needs-server");
  expect(
    await code(answering(() => new Response("<html>Welcome", { status: 200 }))),
  ).toBe("captive-portal");
  expect(await code(answering(() => new Response(null, { status: 302 })))).toBe(
    "captive-portal",
  );
  expect(await code(answering(() => jsonResponse({ odd: true }, 200)))).toBe(
    "other-answer",
  );
});

test("[AP-80] a refusal keeps its code, its sentence and why admission refused", async () => {
  const refusal = httpError("adoption-refused", "not-permitted");
  const server = new RecordedServer().answers("GET /v1/things", refusal, 409);
  const asked = await apiOf(server)({
    method: "GET",
    path: "/v1/things",
    answer,
  });
  expect(asked).toEqual({ ok: false, error: refusal });
});

test("[AP-80] nothing is asked where the session has ended", async () => {
  const server = new RecordedServer();
  const asked = await apiOf(server, {
    session: () => Promise.resolve(err(identityError("session-ended"))),
  })({ method: "GET", path: "/v1/things", answer });
  expect(asked).toMatchObject({ error: { code: "session-ended" } });
  expect(server.asked).toEqual([]);
});

test("[AP-80] a line on which nothing comes back is given up", async () => {
  const waiting: (() => void)[] = [];
  const api = apiOf(new RecordedServer(), {
    fetch: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () =>
          reject(new DOMException("aborted", "AbortError")),
        );
      }),
    timers: {
      after: (_ms, task) => {
        waiting.push(task);
        return { cancel: () => undefined };
      },
    },
  });
  const asked = api({ method: "GET", path: "/v1/things", answer });
  await Promise.resolve();
  await Promise.resolve();
  for (const task of waiting) task();
  expect(await asked).toMatchObject({ error: { code: "needs-server" } });
});
