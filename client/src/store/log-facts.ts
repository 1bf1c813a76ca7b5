/** What the server last said that is about no single change: rights, open review tasks, verified checkpoints. Small, so kept in memory. */
import type {
  Membership,
  PersonId,
  ReadTransaction,
  RecordId,
  ReviewTask,
  ScopeId,
  WriteTransaction,
} from "@suture/schema";
import { personIdSchema, scopeIdSchema } from "@suture/schema";

import {
  membershipsTable,
  receiptsTable,
  reviewsTable,
} from "./client-tables.ts";

export interface LocalMembership extends Membership {
  readonly personId: PersonId;
  readonly isProvisional: boolean;
}

export interface LogFacts {
  readonly memberships: readonly LocalMembership[];
  readonly reviews: readonly ReviewTask[];
  readonly reviewsByRecordId: ReadonlyMap<RecordId, readonly ReviewTask[]>;
  /** By scope: the last sequence that a verified checkpoint covers. */
  readonly confirmedSequences: ReadonlyMap<ScopeId, number>;
}

export async function readFacts(tx: ReadTransaction): Promise<LogFacts> {
  const reviews = (await tx.scan(reviewsTable)).map(({ value }) => value);
  const reviewsByRecordId = new Map<RecordId, ReviewTask[]>();
  const file = (recordId: RecordId, task: ReviewTask) =>
    reviewsByRecordId.set(recordId, [
      ...(reviewsByRecordId.get(recordId) ?? []),
      task,
    ]);
  for (const task of reviews) {
    file(task.recordId, task);
    // Both bookings ask the question.
    if (task.kind === "double-booking") file(task.otherRecordId, task);
  }
  return {
    memberships: (await tx.scan(membershipsTable)).map(({ key, value }) => ({
      ...value,
      personId: personIdSchema.parse(key[0]),
    })),
    reviews,
    reviewsByRecordId,
    confirmedSequences: new Map(
      (await tx.scan(receiptsTable)).map(({ key, value }) => [
        scopeIdSchema.parse(key[0]),
        value.proof.leaf.log.sequence,
      ]),
    ),
  };
}

/** As the server says they are now. What this device founded and the server has not heard of yet stays. */
export async function replaceMemberships(
  tx: WriteTransaction,
  personId: PersonId,
  memberships: readonly Membership[],
): Promise<void> {
  const named = new Set(memberships.map((held) => held.organizationId));
  for (const { key, value } of await tx.scan(membershipsTable, {
    prefix: [personId],
  })) {
    if (!value.isProvisional && !named.has(value.organizationId))
      await tx.delete(membershipsTable, key);
  }
  for (const held of memberships)
    await tx.put(membershipsTable, [personId, held.organizationId], {
      ...held,
      isProvisional: false,
    });
}
