import type { ChangeHash, RecordId } from "@suture/schema";
import { z } from "zod";

export const honestSetupSchema = z.object({
  directory: z.string(),
  url: z.string(),
  email: z.string(),
  password: z.string(),
});
export type HonestSetup = z.infer<typeof honestSetupSchema>;

export interface SavedChange {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
}

/** `edit`: from now on, until `finish`. `holds`: once it has everything, which of the changes it has not. */
export type ToHonest =
  | { readonly kind: "edit" }
  | { readonly kind: "finish" }
  | { readonly kind: "missing"; readonly changes: readonly SavedChange[] };

export type FromHonest =
  | { readonly kind: "ready" }
  | {
      readonly kind: "finished";
      readonly saved: readonly SavedChange[];
      /** Of those, the ones the server has acknowledged. */
      readonly syncedCount: number;
      /** From the save to the server's verdict, one for each time everything was sent. */
      readonly latenciesMs: readonly number[];
    }
  | { readonly kind: "missing"; readonly changes: readonly SavedChange[] }
  | { readonly kind: "failed"; readonly reason: string };
