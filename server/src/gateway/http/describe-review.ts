/**
 * A review task as HTTP gives it, and for a conflict what there is to decide: the base, the candidates with who signed each, on
 * which device, by both clocks, and what each had seen. A closed task shows what it asked when it closed. SPEC HT-5.
 */
import { z } from "@hono/zod-openapi";
import {
  baseOf,
  changeHashSchema,
  combineContents,
  compareContents,
  deviceIdSchema,
  encodeStatement,
  encodeUtf8,
  generalInitial,
  groupOf,
  lastSeenByAll,
  opIdSchema,
  recordIdSchema,
  reviewOutcomeSchema,
  reviewTaskSchema,
  safeSide,
  sha256Hex,
  type OpId,
  type ReadTransaction,
  type RecordTypes,
  type ReviewTask,
  type Statement,
} from "@suture/schema";

import { findChangeRow } from "../../audit/record-history.ts";
import { authoredOn } from "../../log/adopted-work.ts";
import { firstSentAt } from "../../log/deliveries.ts";
import { openRecordView, type RecordView } from "../../log/record-view.ts";
import { reviewCauseSchema } from "../../review/review-tables.ts";
import { asJson } from "./describe-record.ts";
import { maySettle, type FoundReview } from "./find-review.ts";

const anyValue = z.unknown();

export const reviewSummarySchema = z
  .object({
    task: reviewTaskSchema,
    state: z.discriminatedUnion("isOpen", [
      z.object({ isOpen: z.literal(true) }),
      z.object({
        isOpen: z.literal(false),
        outcome: reviewOutcomeSchema,
        closedAtMs: z.int(),
        /** The change that closed it. */
        by: reviewCauseSchema,
        /** Of an agreement: everybody who said the same. */
        signerIds: z.array(recordIdSchema).exactOptional(),
      }),
    ]),
    /** Whether you may choose between the candidates. Whoever may sign the group may combine. */
    maySettle: z.boolean(),
  })
  .openapi("ReviewSummary");

const candidateSchema = z.object({
  /** Of the signed text: what a resolution names, so that it says what its author had in view. */
  digest: z.string(),
  opId: opIdSchema,
  hash: changeHashSchema,
  content: anyValue,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  /** The signing device's clock. */
  authoredAtMs: z.int(),
  /** The server's clock. */
  admittedAtMs: z.int(),
  reason: z.string().nullable(),
  seen: z.object({
    /** The changes it builds on. */
    changes: z.array(changeHashSchema),
    /** The statements it overwrote. */
    overwrote: z.array(opIdSchema),
    /** When each other candidate had been sent to its device; null if the server never did. It had seen none of them. */
    others: z.array(
      z.object({ opId: opIdSchema, deliveredAtMs: z.int().nullable() }),
    ),
  }),
});

export const reviewSchema = reviewSummarySchema
  .extend({
    /** Null where the task is not about candidates: it closes when its records are changed. */
    conflict: z
      .object({
        /** What all had last seen settled; null if nothing was. */
        base: anyValue,
        candidates: z.array(candidateSchema),
        safe: anyValue,
        rows: z.array(anyValue),
        combination: anyValue,
      })
      .nullable(),
  })
  .openapi("Review");
export type ReviewSummary = z.infer<typeof reviewSummarySchema>;
export type ReviewDescription = z.infer<typeof reviewSchema>;
type CandidateDescription = z.infer<typeof candidateSchema>;

export function summarizeReview(
  types: RecordTypes,
  { task, state, membership }: FoundReview,
): ReviewSummary {
  return { task, state, maySettle: maySettle(types, task, membership) };
}

export async function describeReview(
  tx: ReadTransaction,
  types: RecordTypes,
  found: FoundReview,
): Promise<ReviewDescription> {
  const summary = summarizeReview(types, found);
  const { task } = found;
  if (task.kind !== "conflict") return { ...summary, conflict: null };
  return { ...summary, conflict: await describeConflict(tx, types, task) };
}

/** What names a candidate in a resolution: the digest of its signed text. */
export function candidateDigest(statement: Statement): string {
  return sha256Hex(encodeUtf8(encodeStatement(statement)));
}

/** Loads the statements and those back to the last one that all their authors had seen. */
export async function loadCandidates(
  view: RecordView,
  opIds: readonly OpId[],
): Promise<void> {
  await view.loadStatements(opIds);
  for (let seen = opIds; seen.length > 1;) {
    seen = lastSeenByAll(view, seen);
    await view.loadStatements(seen);
  }
}

async function describeConflict(
  tx: ReadTransaction,
  types: RecordTypes,
  task: ReviewTask & { readonly kind: "conflict" },
): Promise<ReviewDescription["conflict"]> {
  const { recordId, candidates: opIds } = task;
  const record = await openRecordView(tx, recordId, types.get);
  const group = record && groupOf(record.type, task.group);
  if (record === undefined || group === undefined) return null;
  const { view } = record;
  await loadCandidates(view, opIds);
  const base = baseOf(group, opIds, view);
  const contents = opIds.map((opId) => view.statementOf(opId).content);
  const known = base ?? generalInitial(group);
  const candidates: CandidateDescription[] = [];
  for (const opId of opIds) {
    const described = await describeCandidate(tx, view, task, opId);
    if (described !== undefined) candidates.push(described);
  }
  return {
    base,
    candidates,
    safe: asJson(safeSide(group, known, contents)),
    rows: z
      .array(z.unknown())
      .parse(asJson(compareContents(group, known, contents))),
    combination: asJson(combineContents(group, known, contents)),
  };
}

async function describeCandidate(
  tx: ReadTransaction,
  view: RecordView,
  {
    recordId,
    recordType,
    candidates,
  }: ReviewTask & { readonly kind: "conflict" },
  opId: OpId,
): Promise<CandidateDescription | undefined> {
  const rowOf = async (signedId: OpId) => {
    const hash = view.index.signedIn(signedId);
    return hash && findChangeRow(tx, recordId, view.index, hash);
  };
  const row = await rowOf(opId);
  if (row === undefined) return undefined;
  const statement = view.statementOf(opId);
  const { memberId, deviceId, authoredAtMs, reason } = statement.attribution;
  const writtenOn = await authoredOn(tx, recordId, row);
  const others: CandidateDescription["seen"]["others"] = [];
  for (const other of candidates) {
    const signed = other === opId ? undefined : await rowOf(other);
    if (signed === undefined) continue;
    const { places } = signed;
    const deliveredAtMs = await firstSentAt(tx, writtenOn, recordType, places);
    others.push({ opId: other, deliveredAtMs });
  }
  return {
    digest: candidateDigest(statement),
    opId,
    hash: row.hash,
    content: statement.content,
    memberId,
    deviceId,
    authoredAtMs,
    admittedAtMs: row.admittedAtMs,
    reason: reason ?? null,
    seen: { changes: [...row.deps], overwrote: [...view.predOf(opId)], others },
  };
}
