import { defineTable } from "@suture/schema";
import { z } from "zod";

/** `["sample"]`: whether and when the sample organization was begun. */
export const sampleTable = defineTable({
  name: "sample",
  schema: z.object({ begunAtMs: z.int(), isDone: z.boolean() }),
});
