/**
 * Somebody who works in the organization, with or without an account: which account a member signs in with is the server's
 * to know and stands in no record. What members are good at and how to reach them is their `profile`.
 */
import { z } from "zod";

import { administration, everyone } from "../access/role-lists.ts";
import { roles, roleSchema, type Role } from "../access/role.ts";
import { shortTextSchema } from "../fhir/bounded-text.ts";
import { identifierEntrySchema } from "../fhir/identifier.ts";
import { recordIdSchema } from "../ids.ts";
import { defineRecord, group, scalar, set, value } from "./define-record.ts";
import { recordStatus } from "./record-status.ts";

/** Sorted and without repeats, so that the same rights have the same digest. */
const roleListSchema = z
  .array(roleSchema)
  .max(roles.length)
  .refine(isSortedSet, "roles are sorted and each is named once");
const teamListSchema = z
  .array(recordIdSchema)
  .max(500)
  .refine(isSortedSet, "teams are sorted and each is named once");

export const member = defineRecord({
  type: "member",
  scope: "organization",
  parent: "organization",
  read: everyone,
  create: ["admin"],
  fields: {
    displayName: scalar(shortTextSchema, administration),
    /** License and staff numbers, by which an import knows a person again. */
    identifiers: set(identifierEntrySchema, administration),
  },
  groups: {
    recordStatus: recordStatus(["admin"]),
    /** While contested the lesser rights count: nobody gains by disagreement. */
    membership: group({
      sign: ["admin"],
      resolve: ["admin"],
      priority: 0,
      parts: {
        roles: value<readonly Role[]>({
          schema: roleListSchema,
          initial: [],
          cautious: intersection,
        }),
        teams: value<readonly z.infer<typeof recordIdSchema>[]>({
          schema: teamListSchema,
          initial: [],
          cautious: intersection,
        }),
        active: value<boolean>({
          schema: z.boolean(),
          initial: false,
          cautious: (values) => values.every((isActive) => isActive),
        }),
      },
    }),
  },
});

function isSortedSet(items: readonly string[]): boolean {
  return items.every(
    (item, index) => index === 0 || (items[index - 1] ?? "") < item,
  );
}

/** What all lists name, in the first one's order; nothing if there is no list. */
function intersection<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const [first = [], ...others] = lists;
  return first.filter((item) => others.every((list) => list.includes(item)));
}
