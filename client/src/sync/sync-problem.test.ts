import { closeCodes, httpError } from "@suture/schema";
import { describe, expect, test } from "vitest";

import type { ConnectFailure } from "./connect.ts";
import { problemOfClose, problemOfFailure } from "./sync-problem.ts";

const answered = (
  status: number,
  contentType: string,
  body: string,
): ConnectFailure => ({
  kind: "answered",
  status,
  contentType,
  body,
  dpopNonce: undefined,
  retryAfterMs: undefined,
});
const refusal = (code: string) =>
  answered(
    401,
    "application/json",
    JSON.stringify({ code, message: "", isRetryable: false }),
  );

describe("what keeps a device from syncing", () => {
  test.each<[string, ConnectFailure, string, boolean]>([
    ["nothing answers", { kind: "unreachable" }, "unreachable", true],
    [
      "a portal's page",
      answered(200, "text/html; charset=utf-8", "<html>sign in</html>"),
      "captive-portal",
      true,
    ],
    [
      "a server that is not ours",
      answered(404, "application/json", '{"error":"no"}'),
      "wrong-server",
      true,
    ],
    ["a portal's redirect", answered(302, "", ""), "captive-portal", true],
    ["a portal that says so", answered(511, "", ""), "captive-portal", true],
    [
      "a server that is down behind its proxy",
      answered(502, "text/html", "<html>"),
      "server-failed",
      true,
    ],
    [
      "a proxy that takes the upgrade out of a request",
      answered(
        426,
        "application/json",
        JSON.stringify(httpError("upgrade-required")),
      ),
      "websocket-blocked",
      true,
    ],
    ["a busy server", answered(503, "text/plain", ""), "server-busy", true],
    ["an expired token", refusal("token-expired"), "token-expired", false],
    ["a revoked token", refusal("token-revoked"), "token-revoked", false],
    ["a revoked device", refusal("device-revoked"), "device-revoked", false],
    [
      "a token of another kind",
      refusal("token-wrong-kind"),
      "token-refused",
      false,
    ],
  ])("[SY-21] %s is said in one sentence", (_, failure, code, isRetryable) => {
    const problem = problemOfFailure(failure);
    expect(problem).toMatchObject({ code, isRetryable });
    expect(problem.sentence).toMatch(/^[A-Z].*\.$/);
  });

  test("[SY-21] every close code of the protocol has its meaning", () => {
    const codes = Object.values(closeCodes).map(
      (code) => problemOfClose(code).code,
    );
    expect(codes).not.toContain("unreachable");
    expect(problemOfClose(closeCodes["version-unsupported"]).isRetryable).toBe(
      false,
    );
    expect(problemOfClose(1006).code).toBe("unreachable");
  });
});
