/**
 * Proof of possession (RFC 9449): a request shows that it comes from the device whose key a token is bound to.
 *
 * Accepted: a compact JWS, typ `dpop+jwt`, ES256 by the P-256 key in its own header, over `htm` and `htu` of this very
 * request, `ath` of the token it accompanies, and a `jti` not used before. Its age is judged by `iat` (within five minutes
 * of this server's clock) or, when it carries a nonce of ours, by the nonce alone: a device that was offline for months
 * may have any clock. Refused for age, it is answered `use_dpop_nonce` with a nonce to try again with (section 8).
 *
 * Order: form, signature, request, age, replay. Only proofs that are right in everything else enter the replay memory.
 * SPEC ID-11 to ID-14.
 */
import { createHash } from "node:crypto";
import { err, identityError, ok } from "@suture/schema";
import type { Clock, IdentityError, Result } from "@suture/schema";
import {
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  importJWK,
} from "jose";
import { z } from "zod";
import type { DpopNonces } from "./dpop-nonce.ts";
import { publicKeySchema } from "./public-key.ts";
import type { ReplayMemory, UsedProof } from "./replay-memory.ts";

export interface ProvedRequest {
  /** The proof JWT, as it came in the header `DPoP`. */
  readonly proof: string | undefined;
  readonly method: string;
  /** As the client addressed it; query and fragment are ignored, `ws` counts as `http`. */
  readonly url: string;
  /** The token that came with it. */
  readonly token: string;
}

export interface DeviceProof {
  /** RFC 7638 thumbprint of the key that signed the proof. */
  readonly jkt: string;
}

export interface ProofChecker {
  /** Errors: `proof-missing`, `proof-invalid`, `proof-replayed`, `use_dpop_nonce`. */
  check(
    request: ProvedRequest,
    expectedJkt?: string,
  ): Promise<Result<DeviceProof, IdentityError>>;
}

/** How far a proof's `iat` may lie from the server's clock, either way. */
export const maxProofSkewMs = 5 * 60_000;

const maxProofLength = 4096;

const headerSchema = z.object({
  typ: z.literal("dpop+jwt"),
  alg: z.literal("ES256"),
  jwk: publicKeySchema,
});

const payloadSchema = z.object({
  jti: z.string().min(1).max(128),
  htm: z.string(),
  htu: z.string().max(2048),
  iat: z.number(),
  ath: z.string(),
  nonce: z.string().max(128).optional(),
});
type ProofPayload = z.infer<typeof payloadSchema>;

export function createProofChecker(deps: {
  readonly clock: Clock;
  readonly nonces: DpopNonces;
  readonly replays: ReplayMemory;
}): ProofChecker {
  const { clock, nonces, replays } = deps;

  function dateOf(
    payload: ProofPayload,
  ): Pick<UsedProof, "dating" | "madeAtMs"> | undefined {
    if (payload.nonce !== undefined) {
      const issuedAtMs = nonces.issuedAtMs(payload.nonce);
      return issuedAtMs === undefined
        ? undefined
        : { dating: "nonce", madeAtMs: issuedAtMs };
    }
    const madeAtMs = payload.iat * 1000;
    return Math.abs(clock.now() - madeAtMs) > maxProofSkewMs
      ? undefined
      : { dating: "device-clock", madeAtMs };
  }

  const askForNonce = () =>
    err(identityError("use_dpop_nonce", { dpopNonce: nonces.issue() }));

  return {
    async check(request, expectedJkt) {
      if (!request.proof) return err(identityError("proof-missing"));
      const read = await readProof(request.proof);
      if (!read) return err(identityError("proof-invalid"));
      const { jkt, payload } = read;
      const fits =
        (expectedJkt === undefined || jkt === expectedJkt) &&
        payload.htm === request.method.toUpperCase() &&
        samePlace(payload.htu, request.url) &&
        payload.ath ===
          createHash("sha256").update(request.token).digest("base64url");
      if (!fits) return err(identityError("proof-invalid"));

      const date = dateOf(payload);
      if (!date) return askForNonce();
      switch (replays.remember({ id: `${jkt}.${payload.jti}`, ...date })) {
        case "fresh":
          return ok({ jkt });
        case "replayed":
          return err(identityError("proof-replayed"));
        case "too-old":
          return askForNonce();
      }
    },
  };
}

/** What a proof says once its own signature is checked; undefined if anything about its form is not as it must be. */
async function readProof(
  proof: string,
): Promise<{ jkt: string; payload: ProofPayload } | undefined> {
  if (proof.length > maxProofLength) return undefined;
  try {
    const { jwk } = headerSchema.parse(decodeProtectedHeader(proof));
    const { payload } = await compactVerify(
      proof,
      await importJWK(jwk, "ES256"),
      { algorithms: ["ES256"] },
    );
    return {
      jkt: await calculateJwkThumbprint(jwk),
      payload: payloadSchema.parse(
        JSON.parse(new TextDecoder().decode(payload)),
      ),
    };
  } catch {
    // Whatever a stranger's text made a parser throw, it is not a proof; the caller is told so and no more.
    return undefined;
  }
}

function samePlace(left: string, right: string): boolean {
  const place = placeOf(left);
  return place !== undefined && place === placeOf(right);
}

function placeOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol.replace(/^ws/, "http")}//${host}${pathname}`;
}
