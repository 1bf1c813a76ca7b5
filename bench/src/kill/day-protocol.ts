/** A scripted day on one device, and what its person is told in it: one line of JSON on stdout for each thing. */
import { changeHashSchema, recordIdSchema } from "@suture/schema";
import { z } from "zod";

export const daySetupSchema = z.object({
  directory: z.string(),
  url: z.url(),
  email: z.string(),
  password: z.string(),
  /** The process is killed in front of this call of its storage; 0 for never. */
  killAt: z.int().nonnegative(),
});
export type DaySetup = z.infer<typeof daySetupSchema>;

export const toldSchema = z.discriminatedUnion("told", [
  z.object({ told: z.literal("signed-in") }),
  z.object({
    told: z.literal("saved"),
    recordId: recordIdSchema,
    hashes: z.array(changeHashSchema),
  }),
  /** Everything saved so far is on the server. */
  z.object({ told: z.literal("sent") }),
  /** The day is over; the killer has counted so many calls. */
  z.object({ told: z.literal("over"), calls: z.int() }),
]);
export type Told = z.infer<typeof toldSchema>;
