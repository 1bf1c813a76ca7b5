/**
 * One part of a batch: a transaction of its organization, in which its changes are admitted in their order, and then what had
 * been waiting for records that are here now. It ends early before a change that has to be tried first. SPEC AD-14, AD-22, AD-24.
 */
import type { RecordId, Verdict, WriteTransaction } from "@suture/schema";
import type { AppendedRange } from "../log/append-to-log.ts";
import type { RecordCache } from "../log/record-cache.ts";
import type { AdmissionDeps } from "./admission.ts";
import { foundersTable, type MemberRow } from "./admission-tables.ts";
import {
  admitArrival,
  readArrival,
  type Arrival,
  type Released,
} from "./admit-in-organization.ts";
import { BatchState, type Founding, type ReviewNews } from "./batch-state.ts";
import type { Author, Pusher, ReadChange } from "./judgement.ts";
import { readMember } from "./project-member.ts";
import { readTrial, type TrialBook, type WantedTrial } from "./trial-book.ts";
import { takeDue, waitingLimits } from "./waiting.ts";

export interface Numbered {
  readonly position: number;
  readonly arrival: Arrival;
}

export interface Part {
  readonly organizationId: RecordId;
  readonly author: Author;
  readonly arrivals: readonly Numbered[];
  /** What the batch holds behind it. */
  readonly behind: readonly Numbered[];
  /** The members the person is in this organization. */
  readonly memberIds: readonly RecordId[];
  /** Whether it begins with the organization's creation. */
  readonly isFounded: boolean;
  readonly firstMemberId: RecordId | null;
  readonly book: TrialBook;
}

export interface PartOutcome {
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly released: readonly Released[];
  readonly ranges: readonly AppendedRange[];
  readonly reviews: readonly ReviewNews[];
  readonly membershipsChanged: readonly RecordId[];
  /** Who is to be linked to the person, if this organization is theirs. */
  readonly founding: Founding | null;
  /** What the next change needs before anything else is done. */
  readonly wanted: WantedTrial | null;
  /** Whether there is more that waited for records that are here now. */
  readonly isDue: boolean;
}

/** Thrown to roll back an organization that would have nobody to run it. */
export class FoundingFailed extends Error {
  override readonly name = "FoundingFailed";
  /** Of the part's own changes. */
  readonly verdicts: ReadonlyMap<number, Verdict>;

  constructor(verdicts: ReadonlyMap<number, Verdict>) {
    super("the first admin was not admitted");
    this.verdicts = verdicts;
  }
}

/** Of what had been waiting, as much as comes into one transaction. */
const maxDue = 32;

/** A part ends once the records that it opened hold so many changes: of one that is not in memory, a row is read for each. */
const maxOpenedChanges = 1_000;

export async function admitPart(
  deps: AdmissionDeps,
  cache: RecordCache,
  part: Part,
  tx: WriteTransaction,
): Promise<PartOutcome> {
  const { clock, types, random } = deps;
  const { organizationId, author, arrivals, behind, memberIds, book } = part;
  const founder = part.isFounded
    ? await tx.get(foundersTable, [organizationId])
    : undefined;
  const isOwn = founder?.personId === author.personId;
  const founding = foundingOf(deps, part, founder);
  const state = await BatchState.begin(tx, {
    organizationId,
    atMs: clock.now(),
    types,
    random,
    cache,
    founding,
    waitingLimits: deps.waitingLimits ?? waitingLimits,
  });
  // Only what may found an organization asks whether there is one.
  const isNew =
    (part.firstMemberId !== null || part.isFounded || founding !== null) &&
    (await state.recordOf(organizationId)) === undefined;
  if (isNew && part.isFounded && founding === null)
    throw new FoundingFailed(new Map());
  const pusher: Pusher = {
    ...author,
    memberId:
      (await activeMember(state, memberIds)) ??
      (isOwn ? founder.memberId : null) ??
      (isNew ? part.firstMemberId : null),
  };
  const verdicts = new Map<number, Verdict>();
  let wanted: WantedTrial | null = null;
  for (const [index, { position, arrival }] of arrivals.entries()) {
    const admitted = await admitArrival(deps, state, book, pusher, arrival);
    if ("toBeTried" in admitted) {
      const others = [...arrivals.slice(index + 1), ...behind];
      wanted = await readTrial(tx, admitted.toBeTried, others.flatMap(readOf));
      break;
    }
    verdicts.set(position, admitted);
    // What is left comes with another part; what founds an organization is one.
    if (state.openedChangeCount > maxOpenedChanges && !part.isFounded) break;
  }
  const isFounded = isNew && founding !== null;
  if (isFounded && !isRunBy(await readMember(tx, founding.memberId)))
    throw new FoundingFailed(verdicts);
  const due = wanted === null ? await releaseDue(deps, state, book) : null;
  const ranges = await state.finish(deps.appendAudit);
  return {
    verdicts,
    released: due?.released ?? [],
    ranges,
    reviews: state.reviews,
    membershipsChanged: [...state.membershipsChanged],
    founding: isFounded
      ? founding
      : isOwn
        ? { ...founder, isOperator: false }
        : null,
    wanted: wanted ?? due?.wanted ?? null,
    isDue: due?.isDue ?? false,
  };
}

/** Judges again what waited for records that are here now, and for those that this lets in. */
async function releaseDue(
  deps: AdmissionDeps,
  state: BatchState,
  book: TrialBook,
): Promise<Pick<PartOutcome, "released" | "wanted" | "isDue">> {
  const released: Released[] = [];
  if (!state.hasWaiting) return { released, wanted: null, isDue: false };
  for (let count = 0; count < maxDue; count += 1) {
    const due = await takeDue(state.tx);
    if (due === null) return { released, wanted: null, isDue: false };
    const { pusher } = due;
    const arrival = readArrival(due);
    const admitted = await admitArrival(deps, state, book, pusher, arrival);
    if ("toBeTried" in admitted) {
      const wanted = await readTrial(state.tx, admitted.toBeTried, []);
      return { released, wanted, isDue: true };
    }
    await due.done();
    if (admitted.verdict !== "waiting")
      released.push({ author: pusher, verdict: admitted });
  }
  return { released, wanted: null, isDue: true };
}

function readOf({ arrival }: Numbered): readonly ReadChange[] {
  return arrival.kind === "read" ? [arrival.read] : [];
}

function foundingOf(
  { operator }: AdmissionDeps,
  { author, memberIds: [memberId], firstMemberId }: Part,
  founder: object | undefined,
): Founding | null {
  const { personId } = author;
  if (personId === operator && memberId !== undefined)
    return { personId, memberId, isOperator: true };
  return founder === undefined && firstMemberId !== null
    ? { personId, memberId: firstMemberId, isOperator: false }
    : null;
}

/** Of the members a person is, one that is active; otherwise any, so that the answer says why. */
async function activeMember(
  state: BatchState,
  memberIds: readonly RecordId[],
): Promise<RecordId | null> {
  for (const memberId of memberIds) {
    const standing = await state.standingOf(memberId);
    if (standing?.isActive === true) return memberId;
  }
  return memberIds[0] ?? null;
}

function isRunBy(member: MemberRow | undefined): boolean {
  return member?.isActive === true && member.roles.includes("admin");
}
