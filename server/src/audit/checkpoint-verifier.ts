/** Whether a checkpoint that a device shows is one of ours: what it then proves was once in this server's log. SPEC AU-5. */
import {
  checkpointClaimsSchema,
  verifyLeafProof,
  type CheckpointClaims,
  type LeafProof,
} from "@suture/schema";

import { checkpointKind, type KeyRing } from "../identity/key-ring.ts";

/** Answers what was signed if a key of this server signed it and the leaf is under its root; null otherwise. */
export function createCheckpointVerifier(keys: Pick<KeyRing, "verify">) {
  return async (
    jws: string,
    proof: LeafProof,
  ): Promise<CheckpointClaims | null> => {
    const payload = await keys.verify(checkpointKind, jws);
    if (!payload.ok) return null;
    const claims = checkpointClaimsSchema.safeParse(payload.value);
    return claims.success && verifyLeafProof(proof, claims.data.root)
      ? claims.data
      : null;
  };
}
