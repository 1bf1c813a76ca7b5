/** What is asked of the staff, a process of several people who each work on a device of their own. */
import { changeHashSchema, recordIdSchema } from "@suture/schema";
import { z } from "zod";

export const staffSetupSchema = z.object({
  /** Each device has a directory of its own below it. */
  directory: z.string(),
  url: z.url(),
  seed: z.int(),
  people: z.array(
    z.object({ name: z.string(), email: z.string(), password: z.string() }),
  ),
});
export type StaffSetup = z.infer<typeof staffSetupSchema>;

export const savedChangeSchema = z.object({
  recordId: recordIdSchema,
  hash: changeHashSchema,
});
export type SavedChange = z.infer<typeof savedChangeSchema>;

export type ToStaff =
  /** Everybody connects, edits and syncs from now on. */
  | { readonly kind: "work" }
  /** Answer: `gone-on`, once what is saved by now is acknowledged. */
  | { readonly kind: "go-on" }
  /** Nobody edits any more. Answer: `account`. */
  | { readonly kind: "rest" }
  /** Answer: `compared`, once everybody has everything, or the patience is over. */
  | { readonly kind: "compare" };

export type FromStaff =
  | { readonly kind: "ready" }
  /** Those who do not go on, after a long time. */
  | { readonly kind: "gone-on"; readonly stuck: readonly string[] }
  | {
      readonly kind: "account";
      /** How many changes were saved so far, and which of them were acknowledged since the last account. */
      readonly savedCount: number;
      readonly acknowledged: readonly SavedChange[];
      /** Codes of what was refused: nobody does anything that is not permitted. */
      readonly refused: readonly string[];
      /** How it stands with everybody's sync, in words. */
      readonly states: readonly string[];
    }
  | {
      readonly kind: "compared";
      /** What is not the same everywhere, or not sent, in words. */
      readonly differences: readonly string[];
    }
  | { readonly kind: "failed"; readonly reason: string };
