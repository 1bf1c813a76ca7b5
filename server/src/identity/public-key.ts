/** A public ES256 key: exactly its members, so that a private key sent by mistake is refused instead of stored. */
import { z } from "zod";

export const publicKeySchema = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string().regex(/^[\w-]{43}$/),
  y: z.string().regex(/^[\w-]{43}$/),
});
export type PublicKey = Readonly<z.infer<typeof publicKeySchema>>;
