/** The keys that sign checkpoints: told with `welcome`, and again when they changed while the session was open. SPEC ID-29. */
import { z } from "zod";

/** RFC 7517; public halves. */
export const jwksSchema = z.strictObject({
  keys: z.array(z.record(z.string(), z.unknown())),
});

/** Takes the place of the set told before. A checkpoint that follows may be signed by a key that is new in it. */
export const keysMessage = z.strictObject({
  type: z.literal("keys"),
  jwks: jwksSchema,
});
