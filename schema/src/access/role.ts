import { z } from "zod";

/** What a member may be in an organization; a member can hold several. What each may do stands in the record types. */
export const roles = [
  "admin",
  "clinician",
  "receptionist",
  "technician",
  "manager",
  "auditor",
] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;
