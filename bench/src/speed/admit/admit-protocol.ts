/** What the process that admits, or its floor, is given and says. */
import { z } from "zod";

import type { Measured } from "../rounds.ts";

/** The only argument of the process, as JSON. */
export const admitSetupSchema = z.object({
  /** Of its own: the server's data lie there, or the floor's file. */
  directory: z.string(),
  /** Where the work is (`work.cbor`). */
  ground: z.string(),
});
export type AdmitSetup = z.infer<typeof admitSetupSchema>;

export interface ToAdmitting {
  readonly kind: "admit";
}

export type FromAdmitting =
  | { readonly kind: "prepared" }
  | { readonly kind: "admitted"; readonly measured: Measured };
