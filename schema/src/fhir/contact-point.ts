import { z } from "zod";

import { shortTextSchema } from "./bounded-text.ts";
import { periodSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";

const contactPointShape = {
  system: z
    .enum(["phone", "fax", "email", "pager", "url", "sms", "other"])
    .exactOptional(),
  value: shortTextSchema,
  use: z.enum(["home", "work", "temp", "old", "mobile"]).exactOptional(),
  /** 1 is tried first. */
  rank: z.int().min(1).max(100).exactOptional(),
  period: periodSchema.exactOptional(),
};

/** FHIR R4 `ContactPoint`. */
export const contactPointSchema = z.strictObject(contactPointShape);
export type ContactPoint = z.infer<typeof contactPointSchema>;

/** A contact point as an entry of a merging set. */
export const contactPointEntrySchema = z.strictObject({
  status: entryStatusSchema,
  ...contactPointShape,
});
export type ContactPointEntry = z.infer<typeof contactPointEntrySchema>;
