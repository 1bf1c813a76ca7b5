import { z } from "zod";

import { shortTextSchema } from "./bounded-text.ts";
import { periodSchema } from "./date-time.ts";
import { entryStatusSchema } from "./entry-status.ts";

const addressShape = {
  use: z.enum(["home", "work", "temp", "old", "billing"]).exactOptional(),
  type: z.enum(["postal", "physical", "both"]).exactOptional(),
  text: shortTextSchema.exactOptional(),
  line: z.array(shortTextSchema).min(1).max(10).exactOptional(),
  city: shortTextSchema.exactOptional(),
  district: shortTextSchema.exactOptional(),
  state: shortTextSchema.exactOptional(),
  postalCode: shortTextSchema.exactOptional(),
  country: shortTextSchema.exactOptional(),
  period: periodSchema.exactOptional(),
};

/** FHIR R4 `Address`. One value: an address half from here and half from there is nobody's. */
export const addressSchema = z.strictObject(addressShape);
export type Address = z.infer<typeof addressSchema>;

/** An address as an entry of a merging set. */
export const addressEntrySchema = z.strictObject({
  status: entryStatusSchema,
  ...addressShape,
});
export type AddressEntry = z.infer<typeof addressEntrySchema>;
