import { z } from "zod";

/** What the process on the small disks says at its end, as the last line on stdout. */
export const fullDiskFindingsSchema = z.object({
  /** Each sentence that was to hold. */
  held: z.array(z.string()),
  broken: z.array(z.string()),
  /** From free space on the server's disk to the verdict on what had waited. */
  recoveredMs: z.number(),
});
export type FullDiskFindings = z.infer<typeof fullDiskFindingsSchema>;
