/**
 * Proofs that a request comes from the holder of the device key (RFC 9449). A server that does not trust this device's
 * clock answers `use_dpop_nonce` with a nonce; the next proof carries it and its `iat` no longer matters. SPEC ID-11, ID-12.
 */
import { randomUuid } from "@suture/schema";
import type { Clock, Random } from "@suture/schema";
import { base64url } from "jose";
import type { DeviceKey } from "./device-key.ts";

export interface ProofDeps {
  readonly key: DeviceKey;
  readonly clock: Clock;
  readonly random: Random;
}

export interface RequestToProve {
  readonly method: string;
  /** As it is sent, `https` or `wss`; query and fragment are left out of the proof. */
  readonly url: string;
  readonly token: string;
  /** From the server's last answer, if it gave one. */
  readonly nonce?: string | undefined;
}

/** A new proof, for one request. */
export async function makeDpopProof(
  deps: ProofDeps,
  request: RequestToProve,
): Promise<string> {
  const { origin, pathname } = httpUrl(request.url);
  return deps.key.sign(
    {
      jti: randomUuid(deps.random),
      htm: request.method.toUpperCase(),
      htu: `${origin}${pathname}`,
      iat: Math.floor(deps.clock.now() / 1000),
      ath: await sha256Base64url(request.token),
      ...(request.nonce !== undefined && { nonce: request.nonce }),
    },
    "dpop+jwt",
  );
}

/** The two headers of a request, or socket upgrade, that a sync token authenticates. */
export async function makeSyncHeaders(
  deps: ProofDeps,
  request: RequestToProve,
): Promise<{ readonly authorization: string; readonly dpop: string }> {
  return {
    authorization: `DPoP ${request.token}`,
    dpop: await makeDpopProof(deps, request),
  };
}

/** `ws` and `http` name the same place; only for `http` does the URL standard tell an origin. */
function httpUrl(url: string): URL {
  return new URL(url.replace(/^ws/, "http"));
}

async function sha256Base64url(text: string): Promise<string> {
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return base64url.encode(digest);
}
