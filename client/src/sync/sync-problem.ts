/**
 * What keeps a device from syncing, in one sentence a person can act on. Whatever it is, everything stays queued. SPEC SY-21.
 */
import { closeNameOf, identityCodeSchema } from "@suture/schema";
import { z } from "zod";

import type { ConnectFailure } from "./connect.ts";

const sentences = {
  unreachable: "The server cannot be reached.",
  "no-answer": "The server stopped answering.",
  "captive-portal": "This network wants you to sign in to it first.",
  "websocket-blocked":
    "Something on this network keeps apps like this one from syncing; another network may do.",
  "wrong-server": "There is no Suture server at this address.",
  "signed-out": "Nobody is signed in on this device.",
  "token-expired": "Your sign-in on this device has expired. Sign in again.",
  "token-revoked": "Your sign-in on this device was revoked. Sign in again.",
  "token-refused": "The server does not accept this sign-in. Sign in again.",
  "device-revoked": "This device was revoked by an administrator.",
  "update-needed":
    "This app is too old for the server. Update it; your work is safe.",
  "server-busy": "The server is busy.",
  "connected-elsewhere":
    "This device has other connections open; close the app's other windows.",
  "server-stopping": "The server is restarting.",
  "server-failed": "The server had a problem of its own.",
  "protocol-broken": "The server did not understand this device.",
  "sign-in-unreadable":
    "This device cannot read the sign-in that it keeps. Your work is safe.",
  "store-failed": "This device cannot store what it receives.",
} as const;

export type SyncProblemCode = keyof typeof sentences;

export interface SyncProblem {
  readonly code: SyncProblemCode;
  readonly sentence: string;
  /** Whether trying again by itself can help; if not, the engine stops until somebody acts. */
  readonly isRetryable: boolean;
}

const needsAction: ReadonlySet<SyncProblemCode> = new Set([
  "signed-out",
  "token-expired",
  "token-revoked",
  "token-refused",
  "device-revoked",
  "update-needed",
]);

export function syncProblem(code: SyncProblemCode): SyncProblem {
  return {
    code,
    sentence: sentences[code],
    isRetryable: !needsAction.has(code),
  };
}

/** At once, two windows of one app would take each other's connection for ever. */
const replacedRetryMs = 60_000;

/** The least to wait, where how the session ended says so. */
export function retryAfterMsOf({ code }: SyncProblem): number | undefined {
  return code === "connected-elsewhere" ? replacedRetryMs : undefined;
}

const answerSchema = z.object({ code: identityCodeSchema });

/** What the answer to an upgrade that did not open a socket means. */
export function problemOfFailure(failure: ConnectFailure): SyncProblem {
  if (failure.kind === "unreachable") return syncProblem("unreachable");
  const code = answerCode(failure.body);
  if (code !== undefined) return problemOfIdentityCode(code);
  if (failure.status === 503 || failure.status === 429)
    return syncProblem("server-busy");
  // The server never saw that an upgrade was asked for: a proxy took that out.
  if (failure.status === 426) return syncProblem("websocket-blocked");
  if (failure.status >= 500 && failure.status !== 511)
    return syncProblem("server-failed");
  // A redirect leads to a portal's page, and 511 is "network authentication required" (RFC 6585, 6).
  const isPortal =
    failure.contentType.includes("html") ||
    failure.status === 511 ||
    (failure.status >= 300 && failure.status < 400);
  return syncProblem(isPortal ? "captive-portal" : "wrong-server");
}

/** What the close of an open socket means. */
export function problemOfClose(code: number): SyncProblem {
  switch (closeNameOf(code)) {
    case "version-unsupported":
      return syncProblem("update-needed");
    case "not-authenticated":
      return syncProblem("token-refused");
    case "not-permitted":
      return syncProblem("device-revoked");
    case "replaced":
      return syncProblem("connected-elsewhere");
    case "server-stopping":
      return syncProblem("server-stopping");
    case "server-failed":
      return syncProblem("server-failed");
    case "rate-limited":
    case "slow-reader":
      return syncProblem("server-busy");
    case "message-malformed":
    case "message-too-large":
    case "hello-expected":
    case "hello-late":
      return syncProblem("protocol-broken");
    case undefined:
      return syncProblem("unreachable");
  }
}

function answerCode(
  body: string,
): z.infer<typeof identityCodeSchema> | undefined {
  try {
    const answer = answerSchema.safeParse(JSON.parse(body));
    return answer.success ? answer.data.code : undefined;
  } catch {
    // Not JSON: a page of somebody else's.
    return undefined;
  }
}

function problemOfIdentityCode(
  code: z.infer<typeof identityCodeSchema>,
): SyncProblem {
  switch (code) {
    case "token-expired":
      return syncProblem("token-expired");
    case "token-revoked":
      return syncProblem("token-revoked");
    case "device-revoked":
    case "device-unknown":
      return syncProblem("device-revoked");
    case "too-many-attempts":
    case "too-many-requests":
    case "use_dpop_nonce":
      return syncProblem("server-busy");
    default:
      return syncProblem("token-refused");
  }
}
