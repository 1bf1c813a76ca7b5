/**
 * Judges the checkpoint in a device's proof of what this server once held: signed by one of our own keys, and with that leaf in
 * its root. Whether the rows shown lead to the leaf is judged where they are kept (`admission/restore.ts`). SPEC AU-5.
 */
import {
  checkpointClaimsSchema,
  verifyLeafProof,
  type CheckpointClaims,
  type IdentityError,
  type LeafProof,
  type Result,
} from "@suture/schema";

/** The key ring's `verify` for checkpoints: the payload of a JWS by our own keys. */
export type VerifySignature = (
  jws: string,
) => Promise<Result<Readonly<Record<string, unknown>>, IdentityError>>;

/** The claims; null for a signature that is not ours and for a leaf that is not in the root. */
export async function verifyCheckpointProof(
  verifySignature: VerifySignature,
  jws: string,
  proof: LeafProof,
): Promise<CheckpointClaims | null> {
  const payload = await verifySignature(jws);
  if (!payload.ok) return null;
  const claims = checkpointClaimsSchema.safeParse(payload.value);
  return claims.success && verifyLeafProof(proof, claims.data.root)
    ? claims.data
    : null;
}
