/** The person's own answer that still stands on a record, with the question as it was when they gave it. SPEC AP-121. */
import type { ChangeHash, OpId, RecordId } from "@suture/schema";

import type { AnyRecord, AnyReview, SignedAnswer } from "./settle.ts";

/** A question as it was answered: enough to answer it again. */
export type AnsweredQuestion = Pick<AnyReview, "group" | "reading">;

export interface OwnResolution {
  readonly before: AnsweredQuestion;
  readonly answer: SignedAnswer;
}

/** Null where somebody else answered, nobody did, or anybody has signed the group since. */
export function ownResolution(
  record: AnyRecord,
  group: string,
  memberId: RecordId | undefined,
): OwnResolution | null {
  const now = record.group(group);
  const [stands, ...agreeing] = now.status === "settled" ? now.signatures : [];
  if (now.status !== "settled" || stands === undefined || agreeing.length > 0)
    return null;
  const { attribution, opId } = stands;
  if (attribution.memberId !== memberId) return null;
  const answer = record
    .history()
    .find(
      (entry) =>
        entry.deviceId === attribution.deviceId &&
        entry.authoredAtMs === attribution.authoredAtMs &&
        entry.edits.some(({ kind }) => kind === "resolution") &&
        entry.edits.some(
          ({ kind, name }) => kind === "statement" && name === group,
        ),
    );
  const reading = answer && record.asOf({ heads: answer.seen })?.group(group);
  if (answer === undefined || reading?.status !== "conflict") return null;
  return {
    before: { group, reading },
    answer: signedAnswer(reading, now.content, answer.hash, opId),
  };
}

function signedAnswer(
  { candidates, combination }: AnyReview["reading"],
  content: unknown,
  hash: ChangeHash,
  opId: OpId,
): SignedAnswer {
  const said = JSON.stringify(content);
  const chosen = candidates.find((one) => JSON.stringify(one.content) === said);
  const isBoth =
    combination !== null && JSON.stringify(combination.content) === said;
  const verdict: SignedAnswer["verdict"] = chosen
    ? { kind: "choose", opId: chosen.opId }
    : isBoth
      ? { kind: "both" }
      : { kind: "own" };
  return { verdict, hashes: [hash], opIds: [opId] };
}
