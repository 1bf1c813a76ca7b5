/**
 * One organization's part of a batch: a transaction, and where it founds the organization, the founder's link. What would
 * leave an organization with nobody to run it is rolled back whole. SPEC AD-13, AD-14.
 */
import type { RecordId, Verdict, WriteTransaction } from "@suture/schema";
import type { RecordCache } from "../log/record-cache.ts";
import type { AdmissionDeps, AdmissionOutcome } from "./admission.ts";
import { foundersTable, type MemberRow } from "./admission-tables.ts";
import {
  admitArrival,
  refusedVerdict,
  releaseWaiting,
  type Arrival,
} from "./admit-in-organization.ts";
import { BatchState, type Founding } from "./batch-state.ts";
import type { Pusher } from "./judge-change.ts";
import type { Author, Refusal } from "./judgement.ts";
import { readMember } from "./project-member.ts";

export interface GroupOutcome extends Omit<AdmissionOutcome, "verdicts"> {
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** Who is to be linked to the person, if this organization is theirs. */
  readonly founding: Founding | null;
}

export interface Numbered {
  readonly position: number;
  readonly arrival: Arrival;
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

/** Thrown to roll back an organization that would have nobody to run it. */
class FoundingFailed extends Error {
  override readonly name = "FoundingFailed";
  readonly verdicts: ReadonlyMap<number, Verdict>;

  constructor(verdicts: ReadonlyMap<number, Verdict>) {
    super("the first admin was not admitted");
    this.verdicts = verdicts;
  }
}

export async function admitGroup(
  deps: AdmissionDeps,
  cache: RecordCache,
  group: Group,
): Promise<GroupOutcome> {
  const { organizationId, author } = group;
  let outcome: GroupOutcome;
  try {
    outcome = await deps.store.write(organizationId, (tx) =>
      admitInTransaction(deps, cache, group, tx),
    );
  } catch (cause) {
    if (!(cause instanceof FoundingFailed)) throw cause;
    return {
      verdicts: cause.verdicts,
      released: [],
      appended: [],
      reviews: [],
      membershipsChanged: [],
      founding: null,
    };
  }
  // After the commit, since it is of another partition: a crash in between is made good by the retry. SPEC AD-13.
  if (outcome.founding !== null) {
    const { memberId } = outcome.founding;
    const linked = await deps.directory.linkPerson(
      { organizationId, memberId },
      author.personId,
    );
    if (!linked.ok)
      throw new Error("the first member is linked to somebody else");
  }
  return outcome;
}

async function admitInTransaction(
  deps: AdmissionDeps,
  cache: RecordCache,
  pushed: Group,
  tx: WriteTransaction,
): Promise<GroupOutcome> {
  const { clock, types, random } = deps;
  const { organizationId, author, group, memberIds, ...founded } = pushed;
  const founder = founded.isFounded
    ? await tx.get(foundersTable, [organizationId])
    : undefined;
  const isOwn = founder?.personId === author.personId;
  const founding = foundingOf(deps, pushed, founder);
  const state = await BatchState.begin(tx, {
    organizationId,
    atMs: clock.now(),
    types,
    random,
    cache,
    founding,
  });
  const isNew = (await state.recordOf(organizationId)) === undefined;
  if (isNew && founded.isFounded && founding === null)
    throw new FoundingFailed(refuseFounding(organizationId, untried(group)));
  const pusher: Pusher = {
    ...author,
    memberId:
      (await activeMember(state, memberIds)) ??
      (isOwn ? founder.memberId : null) ??
      (isNew ? founded.firstMemberId : null),
  };
  const verdicts = new Map<number, Verdict>();
  for (const { position, arrival } of group)
    verdicts.set(position, await admitArrival(deps, state, pusher, arrival));
  const isFounded = isNew && founding !== null;
  if (isFounded && !isRunBy(await readMember(tx, founding.memberId)))
    throw new FoundingFailed(refuseFounding(organizationId, verdicts));
  const released = await releaseWaiting(deps, state);
  const ranges = await state.finish();
  return {
    verdicts,
    released,
    appended: ranges.map((range) => ({ ...range, organizationId })),
    reviews: state.reviews,
    membershipsChanged: [...state.membershipsChanged],
    founding: isFounded
      ? founding
      : isOwn
        ? { ...founder, isOperator: false }
        : null,
  };
}

function foundingOf(
  { operator }: AdmissionDeps,
  { author, memberIds: [memberId], firstMemberId }: Group,
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

/** What was refused keeps its reason; the organization has none but this, and all else depended on it. */
function refuseFounding(
  organizationId: RecordId,
  verdicts: ReadonlyMap<number, Verdict>,
): ReadonlyMap<number, Verdict> {
  return new Map(
    [...verdicts].map(([position, verdict]) => {
      if (verdict.verdict === "refused") return [position, verdict];
      const { recordId, hash } = verdict;
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
      return [position, refusedVerdict(recordId, hash, refusal)];
    }),
  );
}

/** As if all had been let in. */
function untried(group: readonly Numbered[]): ReadonlyMap<number, Verdict> {
  return new Map(
    group.map(({ position, arrival }) => {
      if (arrival.kind === "unreadable") {
        const { pushed, unreadable } = arrival;
        const { hash, refusal } = unreadable;
        return [position, refusedVerdict(pushed.recordId, hash, refusal)];
      }
      const { recordId, change } = arrival.read;
      const { hash } = change;
      return [
        position,
        { recordId, hash, verdict: "accepted", places: [] } as const,
      ];
    }),
  );
}
