import { z } from "zod";

/**
 * Whether an entry of a merging set still counts. FHIR's data types have no word for it (an address has no status); `inactive`
 * was true once, `entered-in-error` never was. Entries that are resources in FHIR carry that resource's own status.
 */
export const entryStatusSchema = z.enum([
  "active",
  "inactive",
  "entered-in-error",
]);
export type EntryStatus = z.infer<typeof entryStatusSchema>;
