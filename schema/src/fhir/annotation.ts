import { z } from "zod";

import { longTextSchema, shortTextSchema } from "./bounded-text.ts";
import { dateTimeSchema } from "./date-time.ts";

/**
 * FHIR R4 `Annotation`: an account of what happened, by one person. Written once; two accounts are two notes.
 * The author is who signed the change; `authorString` names the one outside Suture that an import speaks for.
 */
export const annotationSchema = z.strictObject({
  status: z.enum(["active", "entered-in-error"]),
  text: longTextSchema,
  time: dateTimeSchema.exactOptional(),
  authorString: shortTextSchema.exactOptional(),
});
export type Annotation = z.infer<typeof annotationSchema>;
