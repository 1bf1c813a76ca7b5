import { createHash } from "node:crypto";
import type { Random } from "@suture/schema";
import { expect, test } from "vitest";
import { signIn } from "./sign-in.ts";
import type { Fetch } from "./identity-request.ts";
import { createMemoryTokenStore } from "./token-store.ts";

const countingRandom = (): Random => {
  let count = 0;
  return {
    bytes: (length) =>
      new Uint8Array(
        createHash("sha512")
          .update(String(count++))
          .digest()
          .subarray(0, length),
      ),
  };
};

async function codeOf(fetch: Fetch): Promise<string> {
  const tokens = createMemoryTokenStore();
  const signedIn = await signIn({
    url: "https://suture.example/",
    fetch,
    tokens,
    clock: { now: () => 1_800_000_000_000 },
    random: countingRandom(),
    email: "ann@clinic.example",
    password: "correct horse battery",
    deviceName: "Tablet",
  });
  if (signedIn.ok) return "ok";
  expect(await tokens.listPersonIds()).toEqual([]);
  expect(signedIn.error.message).toMatch(/^[A-Z][^.]*\.$/);
  expect(JSON.stringify(signedIn.error)).not.toMatch(/ann@|battery/);
  return signedIn.error.code;
}

const answering =
  (body: string, init: ResponseInit): Fetch =>
  async () =>
    new Response(body, init);
const html = { "content-type": "text/html; charset=utf-8" };
const json = { "content-type": "application/json" };

test("[ID-18] no answer: unreachable", async () => {
  const refuse: Fetch = async () => {
    throw new TypeError("fetch failed: ann@clinic.example");
  };
  const breakOff: Fetch = async () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.error(new Error("cut"));
        },
      }),
    );
  expect(await codeOf(refuse)).toBe("unreachable");
  expect(await codeOf(breakOff)).toBe("unreachable");
  expect(
    await codeOf(
      answering("<html>Bad Gateway</html>", { status: 502, headers: html }),
    ),
  ).toBe("unreachable");
});

test("[ID-18] a page instead of an answer, or a redirect: captive portal", async () => {
  expect(
    await codeOf(
      answering("<html>Welcome to Hospital Guest</html>", {
        status: 200,
        headers: html,
      }),
    ),
  ).toBe("captive-portal");
  expect(await codeOf(answering(" <!doctype html>", { status: 200 }))).toBe(
    "captive-portal",
  );
  expect(
    await codeOf(
      answering("", {
        status: 302,
        headers: { location: "http://portal.example" },
      }),
    ),
  ).toBe("captive-portal");
  expect(await codeOf(answering("", { status: 511 }))).toBe("captive-portal");
});

test("[ID-18] a redirect is not followed, so that the password goes nowhere else", async () => {
  let redirect: RequestInit["redirect"];
  await codeOf(async (_url, init) => {
    redirect = init.redirect;
    return new Response("", {
      status: 307,
      headers: { location: "http://portal.example" },
    });
  });
  expect(redirect).toBe("manual");
});

test("[ID-18] an answer of another kind: wrong server", async () => {
  expect(
    await codeOf(
      answering("<html>Not Found</html>", { status: 404, headers: html }),
    ),
  ).toBe("wrong-server");
  expect(
    await codeOf(
      answering('{"message":"Not Found"}', { status: 404, headers: json }),
    ),
  ).toBe("wrong-server");
  expect(
    await codeOf(answering('{"token":"x"}', { status: 200, headers: json })),
  ).toBe("wrong-server");
  expect(await codeOf(answering("", { status: 200 }))).toBe("wrong-server");
});

test("[ID-18] a refusal this client does not know is given in the server's words", async () => {
  const refusal = {
    code: "account-locked",
    message: "This account is locked.",
    isRetryable: false,
  };
  expect(
    await codeOf(
      answering(JSON.stringify(refusal), { status: 403, headers: json }),
    ),
  ).toBe("unknown-refusal");
});
