/**
 * Finds the organization of each change of a batch: the one that holds its record or, for a new one, its parent. Candidates
 * are the organizations the person is a member of, and those the batch itself founds; a payload cannot name any other.
 *
 * A change that fits none of several is given to all of them: the one that gets the parent will let it in. Where something that
 * it builds on was refused for good, or waits, it goes there alone. A record that the person may not read there, and never could,
 * holds no change in its organization, as if it were not there. SPEC AD-6, AD-21, AD-26.
 */
import type {
  ReadTransaction,
  RecordId,
  RecordTypes,
  Store,
} from "@suture/schema";
import { recordsTable } from "../log/log-tables.ts";
import type { RecordCache } from "../log/record-cache.ts";
import type { Arrival } from "./admit-in-organization.ts";
import type { Author } from "./judgement.ts";
import { hasKnown, isAnsweredHere } from "./judge-place.ts";
import { mayKnow } from "./permit.ts";
import { readMember, standingFrom } from "./project-member.ts";
import { isCreation, readCreation, type Creation } from "./scope.ts";

const memberType = "member";

/** By organization that a batch creates, its first member: null if the batch names none. */
export type Foundings = ReadonlyMap<RecordId, RecordId | null>;

export function findFoundings(
  types: RecordTypes,
  arrivals: readonly Arrival[],
): Foundings {
  const foundings = new Map<RecordId, RecordId | null>();
  for (const arrival of arrivals) {
    const creation = creationOf(types, arrival);
    if (creation === null) continue;
    const { recordId, parentId, type } = creation;
    if (parentId === null) foundings.set(recordId, null);
    else if (type.type === memberType && foundings.get(parentId) === null)
      foundings.set(parentId, recordId);
  }
  return foundings;
}

/** An organization to try a batch in, and which members the person is there. */
export interface Candidate {
  readonly organizationId: RecordId;
  readonly memberIds: readonly RecordId[];
}

export interface PlacingDeps {
  readonly store: Store;
  readonly types: RecordTypes;
  readonly cache: RecordCache;
}

/** For each arrival, the organizations to try it in: none if there are no candidates. */
export async function placeBatch(
  deps: PlacingDeps,
  author: Author,
  tried: readonly Candidate[],
  arrivals: readonly Arrival[],
): Promise<readonly (readonly RecordId[])[]> {
  const { types } = deps;
  const candidates = tried.map(({ organizationId }) => organizationId);
  if (candidates.length <= 1) return arrivals.map(() => candidates);
  const sought = new Set(
    arrivals.flatMap((arrival) => {
      const parentId = creationOf(types, arrival)?.parentId ?? null;
      const recordId = recordIdOf(arrival);
      return parentId === null ? [recordId] : [recordId, parentId];
    }),
  );
  const found = await lookFor(deps, author, tried, [...sought]);
  const { holders } = found;
  const assigned = new Map<RecordId, readonly RecordId[]>();
  return arrivals.map((arrival) => {
    const recordId = recordIdOf(arrival);
    const parentId = creationOf(types, arrival)?.parentId;
    const place =
      holders.get(recordId) ??
      assigned.get(recordId) ??
      (candidates.includes(recordId) ? [recordId] : undefined) ??
      placeUnder(parentId ?? null, candidates, assigned, holders) ??
      found.answering.get(recordId) ??
      found.answeringParent.get(parentId ?? recordId) ??
      candidates;
    assigned.set(recordId, place);
    return place;
  });
}

function placeUnder(
  parentId: RecordId | null,
  candidates: readonly RecordId[],
  assigned: ReadonlyMap<RecordId, readonly RecordId[]>,
  holders: ReadonlyMap<RecordId, readonly RecordId[]>,
): readonly RecordId[] | undefined {
  if (parentId === null) return undefined;
  if (candidates.includes(parentId)) return [parentId];
  return assigned.get(parentId) ?? holders.get(parentId);
}

type OrganizationsByRecord = ReadonlyMap<RecordId, readonly RecordId[]>;

/** Record ids are drawn, not given out, so two organizations may hold the same one: both are tried. */
interface Found {
  readonly holders: OrganizationsByRecord;
  /** Of records that none holds: where something of them was refused for good, or waits. */
  readonly answering: OrganizationsByRecord;
  /** The same for what belongs to them. */
  readonly answeringParent: OrganizationsByRecord;
}

async function lookFor(
  deps: PlacingDeps,
  author: Author,
  tried: readonly Candidate[],
  sought: readonly RecordId[],
): Promise<Found> {
  const inEach = async (
    recordIds: readonly RecordId[],
    isThere: (looked: LookedAt, recordId: RecordId) => Promise<boolean>,
  ): Promise<OrganizationsByRecord> => {
    const found = new Map<RecordId, RecordId[]>();
    for (const { organizationId, memberIds } of tried)
      await deps.store.read(organizationId, async (tx) => {
        const pushers = memberIds.map((memberId) => ({ ...author, memberId }));
        const looked = { tx, organizationId, pushers };
        for (const recordId of recordIds)
          if (await isThere(looked, recordId))
            found.set(recordId, [
              ...(found.get(recordId) ?? []),
              organizationId,
            ]);
      });
    return found;
  };
  const holders = await inEach(sought, (looked, recordId) =>
    isHeld(deps, looked, recordId),
  );
  const isAnswering =
    (as: "record" | "parent") =>
    async ({ tx, pushers }: LookedAt, recordId: RecordId) => {
      for (const pusher of pushers)
        if (await isAnsweredHere(tx, pusher, recordId, as)) return true;
      return false;
    };
  const others = sought.filter((recordId) => !holders.has(recordId));
  return {
    holders,
    answering: await inEach(others, isAnswering("record")),
    answeringParent: await inEach(others, isAnswering("parent")),
  };
}

/** An organization that is looked into, and who the person is there. */
interface LookedAt {
  readonly tx: ReadTransaction;
  readonly organizationId: RecordId;
  readonly pushers: readonly (Author & { readonly memberId: RecordId })[];
}

/** Whether an organization answers for a record. */
async function isHeld(
  { types, cache }: PlacingDeps,
  { tx, organizationId, pushers }: LookedAt,
  recordId: RecordId,
): Promise<boolean> {
  const row = await tx.get(recordsTable, [recordId]);
  const type = types.get(row?.recordType ?? "");
  if (row === undefined || type === undefined) return false;
  for (const pusher of pushers) {
    const member = await readMember(tx, pusher.memberId);
    if (member === undefined) continue;
    const standing = standingFrom(member);
    // Somebody who was a member hears from their organization why its records take nothing from them any more. SPEC SW.
    if (!standing.isActive || mayKnow(type, row.parentId, standing))
      return true;
    const memory = await cache.load(tx, organizationId, row);
    if (await hasKnown(tx, pusher, { row, type, memory })) return true;
  }
  return false;
}

function creationOf(types: RecordTypes, arrival: Arrival): Creation | null {
  if (arrival.kind === "unreadable" || !isCreation(arrival.read.change))
    return null;
  const creation = readCreation(types, arrival.read);
  return creation.ok ? creation.value : null;
}

function recordIdOf(arrival: Arrival): RecordId {
  return arrival.kind === "read"
    ? arrival.read.recordId
    : arrival.pushed.recordId;
}
