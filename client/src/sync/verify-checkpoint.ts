/**
 * Verifies a signed checkpoint: its JWS against the server's published keys (RFC 7515, 7517), then each proof's path to the
 * signed root. Whether the proven chain is also this device's own is the log's to say. SPEC AU-4, CL-9.
 */
import {
  checkpointClaimsSchema,
  err,
  ok,
  verifyLeafProof,
  type CheckpointClaims,
  type CheckpointMessage,
  type LeafProof,
  type Result,
} from "@suture/schema";
import {
  createLocalJWKSet,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";

export interface VerifiedCheckpoint {
  readonly claims: CheckpointClaims;
  readonly proofs: readonly LeafProof[];
}

/** `keys` finds the published key that a header names. */
export async function verifyCheckpoint(
  message: CheckpointMessage,
  keys: JWTVerifyGetKey,
): Promise<Result<VerifiedCheckpoint, "not-signed" | "not-proven">> {
  const claims = await signedClaims(message.jws, keys);
  if (claims === undefined) return err("not-signed");
  const isProven = message.proofs.every((proof) =>
    verifyLeafProof(proof, claims.root),
  );
  return isProven ? ok({ claims, proofs: message.proofs }) : err("not-proven");
}

/** As `verifyCheckpoint`, by the keys that a server publishes: `/.well-known/jwks.json`. */
export function verifyByPublishedKeys(
  message: Omit<CheckpointMessage, "type">,
  jwks: JSONWebKeySet,
): Promise<Result<VerifiedCheckpoint, "not-signed" | "not-proven">> {
  return verifyCheckpoint(
    { type: "checkpoint", ...message },
    createLocalJWKSet(jwks),
  );
}

async function signedClaims(
  jws: string,
  keys: JWTVerifyGetKey,
): Promise<CheckpointClaims | undefined> {
  try {
    const { payload } = await jwtVerify(jws, keys, {
      algorithms: ["ES256"],
      audience: "suture-audit",
      typ: "suture-checkpoint+jwt",
      requiredClaims: ["iss", "iat"],
    });
    return checkpointClaimsSchema.safeParse(payload).data;
  } catch {
    // Any way of not being signed by these keys is the same answer; jose's error may quote the token.
    return undefined;
  }
}
