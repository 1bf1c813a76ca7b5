import { z } from "zod";

import { shortTextSchema } from "./bounded-text.ts";
import { dateTimeSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";

/** FHIR R4 `Attachment` by the SHA-256 of its bytes (hex), which are kept beside the record, not in it. */
export const attachmentSchema = z.strictObject({
  status: entryStatusSchema,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: z
    .string()
    .max(127)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/),
  byteLength: z.int().nonnegative(),
  title: shortTextSchema.exactOptional(),
  creation: dateTimeSchema.exactOptional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;
