/** What a process of idle devices is given and says. */
import { z } from "zod";

/** The only argument of the process, as JSON. */
export const holdSetupSchema = z.object({
  directory: z.string(),
  port: z.int(),
  /** Which connections are its own: up to the second, not including it. */
  from: z.int(),
  to: z.int(),
});
export type HoldSetup = z.infer<typeof holdSetupSchema>;

export type ToHolding =
  | { readonly kind: "connect" }
  /** The edit of that number, by the first connection of its author. */
  | { readonly kind: "push"; readonly edit: number }
  /** Until that edit has reached every connection that follows its record. */
  | { readonly kind: "follow"; readonly edit: number };

export type FromHolding =
  | { readonly kind: "prepared" }
  | { readonly kind: "connected" }
  | { readonly kind: "pushed" }
  | { readonly kind: "followed" };
