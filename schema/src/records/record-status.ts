import { z } from "zod";

import type { Role } from "../access/role.ts";
import { group, value } from "./define-record.ts";

export const recordStatusSchema = z.enum(["active", "entered-in-error"]);
export type RecordStatus = z.infer<typeof recordStatusSchema>;

/**
 * The group every record type carries: a record is never deleted, it is said to have been entered in error, by somebody, for
 * a reason. While that is contested the record counts as active: hiding a real patient is the worse mistake.
 */
export function recordStatus(sign: readonly Role[]) {
  return group({
    sign,
    resolve: sign,
    priority: 2,
    parts: {
      status: value<RecordStatus>({
        schema: recordStatusSchema,
        initial: "active",
        cautious: () => "active",
      }),
    },
  });
}
