/**
 * Answering, and answering again. An answer is a resolution at the heads at which the question was shown; undoing it is another
 * statement on top, by the same person, and only while nobody has signed since. SPEC AP-65, AP-67.
 */
import {
  err,
  groupOf,
  ok,
  type ChangeHash,
  type Content,
  type OpId,
  type RecordType,
  type Result,
} from "@suture/schema";
import type {
  ConflictReview,
  SaveProblem,
  Settlement,
  SutureRecord,
} from "@suture/client";

import type { OwnAnswer } from "./compose-answer.ts";
import { typeNamed } from "./read-queue.ts";
import { restate } from "./restate.ts";

/** What somebody decides to sign. */
export type Verdict =
  | { readonly kind: "choose"; readonly opId: OpId }
  | { readonly kind: "both" }
  | { readonly kind: "own"; readonly answer: OwnAnswer };

/** What was signed, so that it can be answered again. */
export interface SignedAnswer {
  /** Of an answer of one's own, what it says is in the record. */
  readonly verdict:
    Exclude<Verdict, { readonly kind: "own" }> | { readonly kind: "own" };
  readonly hashes: readonly ChangeHash[];
  /** The statement that stands by it. */
  readonly opIds: readonly OpId[];
}

export type AnyRecord = SutureRecord<RecordType>;
export type AnyReview = ConflictReview<RecordType, string>;

export async function signAnswer(
  record: AnyRecord,
  review: AnyReview,
  verdict: Verdict,
  reason: string,
): Promise<Result<SignedAnswer, SaveProblem>> {
  const saved = await review.resolve(settlementOf(verdict, reason));
  if (!saved.ok) return saved;
  const { hashes } = saved.value;
  return ok({ verdict, hashes, opIds: standing(record, review.group) });
}

function settlementOf(
  verdict: Verdict,
  reason: string,
): Settlement<RecordType, string> {
  switch (verdict.kind) {
    case "choose":
      return { reason, choose: verdict.opId };
    case "both":
      return { reason, combine: true };
    case "own":
      return {
        reason,
        value: verdict.answer.content,
        ended: verdict.answer.ended,
      };
  }
}

/** Signs another answer over one's own. Error `superseded`: somebody has signed since. */
export async function signInstead(
  record: AnyRecord,
  group: string,
  before: SignedAnswer,
  content: Content,
  reason: string,
): Promise<
  Result<SignedAnswer, SaveProblem | { readonly code: "superseded" }>
> {
  const type = typeNamed(record.type);
  const definition = type && groupOf(type, group);
  const edit = await record.edit();
  const reading = edit.shown.group(group);
  const stands = standing(record, group);
  const isOwn =
    reading.status === "settled" &&
    stands.length === before.opIds.length &&
    stands.every((opId) => before.opIds.includes(opId));
  if (!isOwn || definition === undefined) return err({ code: "superseded" });
  const draft: unknown = Reflect.get(edit.draft, group);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the general form of the same content
  const from = reading.content as Content;
  const isSaid =
    typeof draft === "object" &&
    draft !== null &&
    restate(definition, draft, from, content);
  if (!isSaid)
    return err({
      code: "resolution-wrong",
      reason: "an entry knows no status that ends it",
    });
  const saved = await edit.save({ reason });
  if (!saved.ok) return saved;
  const { hashes } = saved.value;
  return ok({
    verdict: before.verdict,
    hashes,
    opIds: standing(record, group),
  });
}

function standing(record: AnyRecord, group: string): readonly OpId[] {
  const reading = record.group(group);
  return reading.status === "settled"
    ? reading.signatures.map(({ opId }) => opId)
    : [];
}
