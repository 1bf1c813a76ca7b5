/**
 * Finds the organization of each change of a batch: the one that holds its record or, for a new one, its parent. Candidates
 * are the organizations the person is a member of, and those the batch itself founds; a payload cannot name any other.
 *
 * A change that fits none of several is given to all of them: the one that gets the parent will let it in. A record that the
 * person may not read there holds no change in its organization, as if it were not there. SPEC AD-6, AD-21.
 */
import type {
  ReadTransaction,
  RecordId,
  RecordTypes,
  Store,
} from "@suture/schema";
import { recordsTable } from "../log/log-tables.ts";
import type { Arrival } from "./admit-in-organization.ts";
import type { Standing } from "./judgement.ts";
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

/** For each arrival, the organizations to try it in: none if there are no candidates. */
export async function placeBatch(
  store: Store,
  types: RecordTypes,
  tried: readonly Candidate[],
  arrivals: readonly Arrival[],
): Promise<readonly (readonly RecordId[])[]> {
  const candidates = tried.map(({ organizationId }) => organizationId);
  if (candidates.length <= 1) return arrivals.map(() => candidates);
  const sought = new Set(
    arrivals.flatMap((arrival) => {
      const parentId = creationOf(types, arrival)?.parentId ?? null;
      const recordId = recordIdOf(arrival);
      return parentId === null ? [recordId] : [recordId, parentId];
    }),
  );
  const holders = await findHolders(store, types, tried, [...sought]);
  const assigned = new Map<RecordId, readonly RecordId[]>();
  return arrivals.map((arrival) => {
    const recordId = recordIdOf(arrival);
    const parentId = creationOf(types, arrival)?.parentId;
    const place =
      holders.get(recordId) ??
      assigned.get(recordId) ??
      (candidates.includes(recordId) ? [recordId] : undefined) ??
      placeUnder(parentId ?? null, candidates, assigned, holders) ??
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

/** Record ids are drawn, not given out, so two organizations may hold the same one: both are tried. */
async function findHolders(
  store: Store,
  types: RecordTypes,
  tried: readonly Candidate[],
  sought: readonly RecordId[],
): Promise<ReadonlyMap<RecordId, readonly RecordId[]>> {
  const holders = new Map<RecordId, RecordId[]>();
  for (const { organizationId, memberIds } of tried) {
    const held = await store.read(organizationId, (tx) =>
      heldOf(tx, types, memberIds, sought),
    );
    for (const recordId of held)
      holders.set(recordId, [...(holders.get(recordId) ?? []), organizationId]);
  }
  return holders;
}

async function heldOf(
  tx: ReadTransaction,
  types: RecordTypes,
  memberIds: readonly RecordId[],
  sought: readonly RecordId[],
): Promise<readonly RecordId[]> {
  const standings: Standing[] = [];
  for (const memberId of memberIds) {
    const row = await readMember(tx, memberId);
    if (row !== undefined) standings.push(standingFrom(row));
  }
  const held: RecordId[] = [];
  for (const recordId of sought) {
    const row = await tx.get(recordsTable, [recordId]);
    const type = types.get(row?.recordType ?? "");
    if (row === undefined || type === undefined) continue;
    // Somebody who was a member hears from their organization why its records take nothing from them any more. SPEC SW.
    const isAnswered = standings.some(
      (standing) => !standing.isActive || mayKnow(type, row.parentId, standing),
    );
    if (isAnswered) held.push(recordId);
  }
  return held;
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
