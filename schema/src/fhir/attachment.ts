import { z } from "zod";

import { shortTextSchema } from "./bounded-text.ts";
import { dateTimeSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";

/** SHA-256 of an attachment's bytes, 64 hex digits. */
export const attachmentHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<"AttachmentHash">();
export type AttachmentHash = z.infer<typeof attachmentHashSchema>;

/** FHIR R4 `Attachment` by the hash of its bytes, which are kept beside the record, not in it. SPEC AT-1. */
export const attachmentSchema = z.strictObject({
  status: entryStatusSchema,
  hash: attachmentHashSchema,
  contentType: z
    .string()
    .max(127)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/),
  byteLength: z.int().nonnegative(),
  title: shortTextSchema.exactOptional(),
  creation: dateTimeSchema.exactOptional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;
