/**
 * Admission: the one way in for every change, whoever brings it. The server trusts nothing in a payload.
 *
 * authenticate (the gateway) → `bound` → `decode` → `attribute` → `scope` → `validate` → `permit` → `detect` → `commit`, then
 * the caller answers and fans out. Judging reads only, so a refused change leaves nothing but its verdict; what it takes with it
 * is what depends on it. A batch is one transaction per organization, and pushes in flight share the store's commit: verdicts
 * are given once it is durable. No document is loaded.
 *
 * Every call may be repeated: a change is named by its hash, and what was decided about it is decided. SPEC AD.
 */
import type {
  Clock,
  PersonId,
  Random,
  RecordId,
  RecordTypes,
  Result,
  ScopeId,
  Store,
  Verdict,
  WriteTransaction,
} from "@suture/schema";
import { RecordCache } from "../log/record-cache.ts";
import { foundersTable, type MemberRow } from "./admission-tables.ts";
import {
  admitArrival,
  readArrival,
  refusedVerdict,
  releaseWaiting,
  type Arrival,
  type Released,
} from "./admit-in-organization.ts";
import { BatchState, type Founding, type ReviewNews } from "./batch-state.ts";
import { boundBatch } from "./bound.ts";
import type { CommitDeps } from "./commit.ts";
import type { Pusher } from "./judge-change.ts";
import type { Author, PushedChange, Refusal } from "./judgement.ts";
import { findFoundings, placeBatch } from "./place-batch.ts";
import { readMember } from "./project-member.ts";
import {
  isProven,
  rememberRestorable,
  type RestoreRequest,
  type VerifyCheckpoint,
} from "./restore.ts";

export interface Admission {
  /**
   * Judges a batch in its order, commits, and resolves once that is durable. One verdict per change, in order. Rejects with a
   * `StoreError` if the disk fails: then the same batch may be given again.
   */
  admit(
    author: Author,
    changes: readonly PushedChange[],
  ): Promise<AdmissionOutcome>;
  /** Remembers rows proven to have been accepted before; false if they are not. Idempotent. SPEC AD-16. */
  allowRestore(author: Author, request: RestoreRequest): Promise<boolean>;
}

export interface AppendedToScope {
  readonly scopeId: ScopeId;
  readonly organizationId: RecordId;
  /** Both inclusive. */
  readonly fromSequence: number;
  readonly toSequence: number;
}

export interface AdmissionOutcome {
  readonly verdicts: readonly Verdict[];
  /** Changes that had been waiting and were judged because of this batch, with who had pushed them. */
  readonly released: readonly Released[];
  readonly appended: readonly AppendedToScope[];
  readonly reviews: readonly ReviewNews[];
  /** Members whose rights are other than before. */
  readonly membershipsChanged: readonly RecordId[];
}

/** Which members a person is. `Invitations` of identity is one. */
export interface MemberDirectory {
  membersOfPerson(personId: PersonId): Promise<
    readonly {
      readonly organizationId: RecordId;
      readonly memberId: RecordId;
    }[]
  >;
  /** Idempotent. Fails for a member who is somebody else already. */
  linkPerson(
    membership: {
      readonly organizationId: RecordId;
      readonly memberId: RecordId;
    },
    personId: PersonId,
  ): Promise<Result<void, unknown>>;
}

export interface AdmissionDeps extends CommitDeps {
  readonly store: Store;
  readonly types: RecordTypes;
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: MemberDirectory;
  readonly verifyCheckpoint: VerifyCheckpoint;
  /**
   * Stands for whoever owns the data directory, working on the machine itself. The member that `directory` gives it may create
   * its own record in an organization, as a founder may; from then on it has that record's rights and no others. A server that
   * listens has none. SPEC IM-8.
   */
  readonly operator?: PersonId;
  /** Indexes held in memory; about 1 KB for each change in them. */
  readonly maxCachedRecords?: number;
}

interface GroupOutcome extends Omit<AdmissionOutcome, "verdicts"> {
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** Who is to be linked to the person, if this organization is theirs. */
  readonly founding: Founding | null;
}

interface Numbered {
  readonly position: number;
  readonly arrival: Arrival;
}

const defaultCachedRecords = 5_000;

export function createAdmission(deps: AdmissionDeps): Admission {
  const { store, types, directory, verifyCheckpoint } = deps;
  const cache = new RecordCache({
    maxRecords: deps.maxCachedRecords ?? defaultCachedRecords,
  });

  return {
    async admit(author, changes) {
      const arrivals = changes.map(readArrival);
      const bound = boundBatch(changes);
      if (!bound.ok)
        return outcomeOf(
          arrivals.map((arrival) => refuseArrival(arrival, bound.error)),
        );
      const memberships = await directory.membersOfPerson(author.personId);
      const foundings = findFoundings(types, arrivals);
      const candidates = new Set([
        ...memberships.map(({ organizationId }) => organizationId),
        ...foundings.keys(),
      ]);
      const places = await placeBatch(store, types, [...candidates], arrivals);
      const groups = new Map<RecordId, Numbered[]>();
      for (const [position, arrival] of arrivals.entries()) {
        for (const organizationId of places[position] ?? []) {
          const group = groups.get(organizationId) ?? [];
          group.push({ position, arrival });
          groups.set(organizationId, group);
        }
      }
      const outcomes = await Promise.all(
        [...groups].map(([organizationId, group]) =>
          admitGroup(deps, cache, {
            organizationId,
            author,
            group,
            memberIds: memberships
              .filter((held) => held.organizationId === organizationId)
              .map(({ memberId }) => memberId),
            firstMemberId: foundings.get(organizationId) ?? null,
            isFounded: foundings.has(organizationId),
          }),
        ),
      );
      return merge(arrivals, outcomes);
    },

    async allowRestore(author, request) {
      const claims = await verifyCheckpoint(request.jws, request.proof);
      if (claims === null) return false;
      const { organizationId } = claims;
      const memberships = await directory.membersOfPerson(author.personId);
      const isMember = memberships.some(
        (held) => held.organizationId === organizationId,
      );
      if (!isMember) return false;
      return store.write(organizationId, async (tx) => {
        if (!(await isProven(tx, request))) return false;
        await rememberRestorable(tx, request.rows);
        return true;
      });
    },
  };
}

interface Group {
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

async function admitGroup(
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
    return { ...outcomeOf([]), verdicts: cause.verdicts, founding: null };
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

function merge(
  arrivals: readonly Arrival[],
  outcomes: readonly GroupOutcome[],
): AdmissionOutcome {
  const verdicts = arrivals.map((arrival, position) => {
    const given = outcomes.flatMap(({ verdicts: byPosition }) => {
      const verdict = byPosition.get(position);
      return verdict === undefined ? [] : [verdict];
    });
    const [best] = given.sort((left, right) => rankOf(left) - rankOf(right));
    return (
      best ??
      refuseArrival(arrival, {
        code: "author-unknown",
        reason: "its author is no member of any organization",
      })
    );
  });
  return {
    verdicts,
    released: outcomes.flatMap(({ released }) => released),
    appended: outcomes.flatMap(({ appended }) => appended),
    reviews: outcomes.flatMap(({ reviews }) => reviews),
    membershipsChanged: outcomes.flatMap(
      ({ membershipsChanged }) => membershipsChanged,
    ),
  };
}

/** Where a change was tried in several organizations, the one that knows it answers. */
function rankOf(verdict: Verdict): number {
  switch (verdict.verdict) {
    case "accepted":
    case "duplicate":
      return 0;
    case "waiting":
      return 1;
    case "refused":
      return verdict.isRetryable ? 3 : 2;
  }
}

function refuseArrival(arrival: Arrival, refusal: Refusal): Verdict {
  return arrival.kind === "read"
    ? refusedVerdict(arrival.read.recordId, arrival.read.change.hash, refusal)
    : refusedVerdict(
        arrival.pushed.recordId,
        arrival.unreadable.hash,
        arrival.unreadable.refusal,
      );
}

function outcomeOf(verdicts: readonly Verdict[]): AdmissionOutcome {
  return {
    verdicts,
    released: [],
    appended: [],
    reviews: [],
    membershipsChanged: [],
  };
}
