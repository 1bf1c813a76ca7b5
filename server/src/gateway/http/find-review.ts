/**
 * Who sees a review task: whoever replicates its scope and may read its record's type. Who may settle it: whoever holds a role
 * that resolves its group. SPEC RV-7.
 */
import {
  groupOf,
  mayResolve,
  type Membership,
  type PersonId,
  type ReadTransaction,
  type RecordTypes,
  type ReviewId,
  type ReviewTask,
} from "@suture/schema";

import { reviewsTable, type ReviewRow } from "../../review/review-tables.ts";
import { readAccess, type Access } from "../sync/access.ts";
import type { HttpDeps } from "./http-deps.ts";

export interface FoundReview {
  readonly membership: Membership;
  /** As seen from a scope of this person. */
  readonly task: ReviewTask;
  readonly state: ReviewRow["state"];
}

/** Runs `use` on the task, in the transaction that found it; undefined where there is none for this person. */
export async function findReview<T>(
  deps: Pick<HttpDeps, "store" | "recordTypes" | "identity">,
  personId: PersonId,
  reviewId: ReviewId,
  use: (tx: ReadTransaction, found: FoundReview) => Promise<T>,
): Promise<T | undefined> {
  const access = await readAccess(deps, personId);
  for (const membership of access.memberships) {
    const found = await deps.store.read(
      membership.organizationId,
      async (tx): Promise<{ readonly value: T } | undefined> => {
        const row = await tx.get(reviewsTable, [reviewId]);
        const task = row && visibleTask(access, row);
        if (row === undefined || task === undefined) return undefined;
        const { state } = row;
        return { value: await use(tx, { membership, task, state }) };
      },
    );
    if (found !== undefined) return found.value;
  }
  return undefined;
}

export function visibleTask(
  access: Access,
  row: ReviewRow,
): ReviewTask | undefined {
  return row.tasks.find(
    ({ scopeId, recordType }) =>
      access.scopes.get(scopeId)?.mayRead(recordType) === true,
  );
}

/** Whether the member may choose between candidates; combining asks only for the right to sign. */
export function maySettle(
  types: RecordTypes,
  task: ReviewTask,
  { roles }: Pick<Membership, "roles">,
): boolean {
  const type = types.get(task.recordType);
  const name = task.kind === "double-booking" ? "slot" : task.group;
  const group = type && groupOf(type, name);
  return group !== undefined && mayResolve(group, new Set(roles));
}
