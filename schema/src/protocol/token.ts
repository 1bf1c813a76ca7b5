import { z } from "zod";

/** The token that carries this connection ends then, by the server's clock; a renewed one keeps it open. Answer: `token`. SPEC SY-27. */
export const tokenNeededMessage = z.strictObject({
  type: z.literal("token-needed"),
  expiresAtMs: z.int(),
});
export type TokenNeededMessage = z.infer<typeof tokenNeededMessage>;

/** A renewed sync token of the same person on the same device. It has no answer; another's ends the session. */
export const tokenMessage = z.strictObject({
  type: z.literal("token"),
  token: z.string().max(4_096),
});
export type TokenMessage = z.infer<typeof tokenMessage>;
