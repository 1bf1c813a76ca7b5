/**
 * One organization's share of a batch: part after part, each a transaction, so that no batch keeps others waiting for longer than
 * a part takes; between parts, what has to be tried is tried. Where it founds the organization, that is the first part, with the
 * founder's link behind it: what would leave an organization with nobody to run it is rolled back whole. SPEC AD-13, AD-14, AD-24.
 */
import type { RecordId, Verdict } from "@suture/schema";
import type { RecordCache } from "../log/record-cache.ts";
import type {
  AdmissionDeps,
  AdmissionOutcome,
  WorkGauge,
} from "./admission.ts";
import {
  refuseArrival,
  refusedVerdict,
  type Arrival,
} from "./admit-in-organization.ts";
import {
  admitPart,
  FoundingFailed,
  type Numbered,
  type Part,
  type PartOutcome,
} from "./admit-part.ts";
import type { Author, Refusal } from "./judgement.ts";
import type { PartTurns } from "./part-turns.ts";
import { isCreation } from "./scope.ts";
import { TrialBook } from "./trial-book.ts";

export interface GroupOutcome extends Omit<AdmissionOutcome, "verdicts"> {
  readonly organizationId: RecordId;
  readonly verdicts: ReadonlyMap<number, Verdict>;
}

export interface Group {
  readonly organizationId: RecordId;
  readonly author: Author;
  readonly group: readonly Numbered[];
  /** The members the person is in this organization. */
  readonly memberIds: readonly RecordId[];
  readonly isFounded: boolean;
  readonly firstMemberId: RecordId | null;
}

/** What the batches of all organizations share. */
export interface Shared {
  readonly cache: RecordCache;
  readonly turns: PartTurns;
}

/** What one transaction takes on: some 20 ms of work at most, whatever is pushed. At least one change. */
export const partLimits = {
  /** As many as a device pushes at a time: each page of the store that they share is written once. */
  maxChanges: 100,
  maxOps: 300,
  maxBytes: 64 * 1024,
};

/** A batch of more changes takes turns with others: what a device sends first is less, and does not stand behind them. SPEC AD-27. */
export const maxShortBatch = 20;

export async function admitGroup(
  deps: AdmissionDeps,
  { cache, turns }: Shared,
  work: WorkGauge,
  pushed: Group,
): Promise<GroupOutcome> {
  const { organizationId, author, firstMemberId } = pushed;
  const isLong =
    pushed.group.length > maxShortBatch ||
    countOfPart(pushed.group) < pushed.group.length;
  const outcomes: PartOutcome[] = [];
  const verdicts = new Map<number, Verdict>();
  const book = new TrialBook();
  const leading = pushed.isFounded ? leadingOf(pushed) : [];
  let { memberIds } = pushed;
  let rest = pushed.group.filter((numbered) => !leading.includes(numbered));
  let isFounded = leading.length > 0;
  for (;;) {
    const count = countOfPart(rest);
    const part: Part = {
      organizationId,
      author,
      arrivals: isFounded ? leading : rest.slice(0, count),
      behind: isFounded ? [] : rest.slice(count),
      memberIds,
      isFounded,
      firstMemberId,
      book,
    };
    const admit = () => admitPartOrNone(deps, cache, work, part);
    const outcome = await (isLong ? turns.take(admit) : admit());
    if (!("wanted" in outcome))
      return {
        ...gather(organizationId, []),
        verdicts: refuseFounding(pushed, outcome.verdicts),
      };
    outcomes.push(outcome);
    for (const [position, verdict] of outcome.verdicts)
      verdicts.set(position, verdict);
    // After the commit, since it is of another partition: a crash in between is made good by the retry. SPEC AD-13.
    if (outcome.founding !== null) {
      const { memberId } = outcome.founding;
      await linkFounder(deps, { organizationId, memberId }, author);
      memberIds = [memberId, ...memberIds];
    }
    isFounded = false;
    rest = rest.filter(({ position }) => !verdicts.has(position));
    const { wanted, isDue } = outcome;
    if (wanted !== null) await book.runTrial(deps.trial, wanted, work);
    else if (rest.length === 0 && !isDue) break;
    await deps.yieldTurn();
  }
  return { ...gather(organizationId, outcomes), verdicts };
}

async function admitPartOrNone(
  deps: AdmissionDeps,
  cache: RecordCache,
  work: WorkGauge,
  part: Part,
): Promise<PartOutcome | FoundingFailed> {
  try {
    return await deps.store.write(part.organizationId, (tx) =>
      work.within(() => admitPart(deps, cache, part, tx)),
    );
  } catch (cause) {
    if (cause instanceof FoundingFailed) return cause;
    throw cause;
  }
}

async function linkFounder(
  { directory }: AdmissionDeps,
  membership: {
    readonly organizationId: RecordId;
    readonly memberId: RecordId;
  },
  { personId }: Author,
): Promise<void> {
  const linked = await directory.linkPerson(membership, personId);
  if (!linked.ok)
    throw new Error("the first member is linked to somebody else");
}

/** The creations of the organization and of its first member: the one part that stands or falls as a whole. */
function leadingOf({ organizationId, firstMemberId, group }: Group) {
  const isOf = ({ arrival }: Numbered, recordId: RecordId | null) =>
    arrival.kind === "read" &&
    arrival.read.recordId === recordId &&
    isCreation(arrival.read.change);
  const organization = group.find((held) => isOf(held, organizationId));
  const member = group.find((held) => isOf(held, firstMemberId));
  return [organization, member].filter((found) => found !== undefined);
}

function countOfPart(rest: readonly Numbered[]): number {
  let [count, opCount, byteCount] = [0, 0, 0];
  for (const { arrival } of rest) {
    const { ops, bytes } = sizeOf(arrival);
    [opCount, byteCount] = [opCount + ops, byteCount + bytes];
    const isOver =
      count >= partLimits.maxChanges ||
      opCount > partLimits.maxOps ||
      byteCount > partLimits.maxBytes;
    if (isOver && count > 0) break;
    count += 1;
  }
  return count;
}

function sizeOf(arrival: Arrival) {
  return arrival.kind === "read"
    ? {
        ops: arrival.read.change.ops.length,
        bytes: arrival.read.bytes.length,
      }
    : { ops: 0, bytes: arrival.pushed.bytes.length };
}

function gather(
  organizationId: RecordId,
  outcomes: readonly PartOutcome[],
): Omit<GroupOutcome, "verdicts"> {
  return {
    organizationId,
    released: outcomes.flatMap(({ released }) => released),
    appended: outcomes.flatMap(({ ranges }) =>
      ranges.map((range) => ({ ...range, organizationId })),
    ),
    reviews: outcomes.flatMap(({ reviews }) => reviews),
    membershipsChanged: [
      ...new Set(
        outcomes.flatMap(({ membershipsChanged }) => membershipsChanged),
      ),
    ],
  };
}

/** What was refused keeps its reason; the organization has none but this, and all else depended on it. */
function refuseFounding(
  { organizationId, group }: Group,
  given: ReadonlyMap<number, Verdict>,
): ReadonlyMap<number, Verdict> {
  return new Map(
    group.map(({ position, arrival }) => {
      if (arrival.kind === "unreadable")
        return [position, refuseArrival(arrival, arrival.unreadable.refusal)];
      const verdict = given.get(position);
      if (verdict?.verdict === "refused") return [position, verdict];
      const { recordId, change } = arrival.read;
      const refusal: Refusal =
        recordId === organizationId
          ? {
              code: "creation-malformed",
              reason: "an organization comes with its first admin",
            }
          : {
              code: "depends-on-refused",
              reason: "it builds on a change that was refused",
            };
      return [position, refusedVerdict(recordId, change.hash, refusal)];
    }),
  );
}
