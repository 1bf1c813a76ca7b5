/**
 * Checkpoints, receipts and bringing back what a restored server lost.
 *
 * A checkpoint signs a Merkle root over the heads of an organization's chains. A leaf names one scope's log and audit chain.
 * A device that verifies the signature, the path and its own chain at `logSequence` holds a receipt for every row up to there:
 * those are "Synced and confirmed." The same proof lets any device bring a lost change back under its first author. SPEC AU-4, SY-7.
 */
import { z } from "zod";

import { limits } from "../codes/limits.ts";
import { recordIdSchema, scopeIdSchema } from "../ids.ts";
import { chainHashSchema, cursorSchema } from "./cursor.ts";

export const checkpointLeafSchema = z.strictObject({
  scopeId: scopeIdSchema,
  log: cursorSchema,
  auditSequence: z.int().nonnegative(),
  auditChain: chainHashSchema,
});
export type CheckpointLeaf = z.infer<typeof checkpointLeafSchema>;

export const leafProofSchema = z.strictObject({
  leaf: checkpointLeafSchema,
  /** Sibling hashes from the leaf to the root. */
  path: z
    .array(
      z.strictObject({
        side: z.enum(["left", "right"]),
        hash: chainHashSchema,
      }),
    )
    .max(64),
});
export type LeafProof = z.infer<typeof leafProofSchema>;

/** Payload of a checkpoint's JWS (typ `suture-checkpoint+jwt`). */
export const checkpointClaimsSchema = z.object({
  iss: z.string(),
  organizationId: recordIdSchema,
  /** Rises by one with each checkpoint of the organization. */
  number: z.int().positive(),
  root: chainHashSchema,
  atMs: z.int(),
});
export type CheckpointClaims = z.infer<typeof checkpointClaimsSchema>;

/** A signed checkpoint and the proofs for the scopes this session replicates. */
export const checkpointMessage = z.strictObject({
  type: z.literal("checkpoint"),
  jws: z.string().max(8_192),
  proofs: z.array(leafProofSchema),
});
export type CheckpointMessage = z.infer<typeof checkpointMessage>;

/** Two record ids, a hash, a device id, and what is between them. */
const maxRowLength = 2 * 30 + 64 + 36 + 4;

/**
 * Proves that the server once accepted the rows between a common point and a checkpoint it signed. The changes themselves
 * follow as ordinary pushes, and are admitted under their first authors. Answer: `restorable`.
 */
export const restoreMessage = z.strictObject({
  type: z.literal("restore"),
  /** The point of the chain both sides hold. */
  from: cursorSchema,
  /** As `joinRestoreRows` writes them. */
  rows: z.string().max(limits.maxRestoreRows * maxRowLength),
  jws: z.string().max(8_192),
  proof: leafProofSchema,
});
export type RestoreMessage = z.infer<typeof restoreMessage>;

export const restorableMessage = z.strictObject({
  type: z.literal("restorable"),
  scopeId: scopeIdSchema,
  isProven: z.boolean(),
});
export type RestorableMessage = z.infer<typeof restorableMessage>;
