/**
 * What the person who uses the device may read, by their rights as last heard. A shared device holds what any of its people may
 * read, and work of somebody who may not read it any more: to everybody else that is not there. SPEC SW-10.
 */
import {
  mayRead,
  type ReadTransaction,
  type RecordId,
  type ReviewTask,
} from "@suture/schema";
import { organizationScope, teamScope } from "@suture/schema";

import { membershipIn, organizationOf, teamsStated } from "./author-of.ts";
import type { OpenRecord } from "./open-records.ts";
import type { RecordDeps } from "./record-deps.ts";
import type { RecordState } from "./record-state.ts";

export interface PlacedRecord {
  readonly recordId: RecordId;
  readonly recordType: string;
  /** As it is now: a record may have moved. */
  readonly parentId: RecordId | null;
}

export type MayRead = (
  tx: ReadTransaction,
  record: PlacedRecord,
) => Promise<boolean>;

/** Good for as long as the rights do not change: ask anew for each list. */
export async function readerOf(deps: RecordDeps): Promise<MayRead> {
  const personId = deps.person()?.personId;
  const own = deps.log.facts.memberships.filter(
    (held) => held.personId === personId,
  );
  const teamIds = new Set(own.flatMap((held) => held.teamIds));
  // An admin who founds a team offline joins it in their own member record, which the server may not have heard of.
  for (const { memberId, roles } of own)
    if (roles.includes("admin"))
      for (const teamId of await teamsStated(deps, memberId))
        teamIds.add(teamId);
  const organizationIds = new Map<RecordId, RecordId | null>();
  return async (tx, { recordId, recordType, parentId }) => {
    const type = deps.types.get(recordType);
    if (type === undefined || own.length === 0) return false;
    if (type.scope === "team" && (parentId === null || !teamIds.has(parentId)))
      return false;
    const above = parentId ?? recordId;
    const organizationId =
      organizationIds.get(above) ??
      (await organizationOf(tx, deps.types, above));
    organizationIds.set(above, organizationId);
    const membership = membershipIn(own, organizationId);
    return membership !== undefined && mayRead(type, new Set(membership.roles));
  };
}

/** Those of the records that the person may read. */
export async function readableOf(
  deps: RecordDeps,
  states: readonly RecordState[],
): Promise<ReadonlySet<RecordState>> {
  const mayRead = await readerOf(deps);
  return deps.log.read(async (tx) => {
    const found = new Set<RecordState>();
    for (const state of states) {
      const { recordId, type, fold } = state;
      const parentId = fold.parentId();
      if (await mayRead(tx, { recordId, recordType: type.type, parentId }))
        found.add(state);
    }
    return found;
  });
}

/** Those of the records that the person may read. All of them show themselves accordingly from then on. */
export async function readableOpen(
  deps: RecordDeps,
  opened: readonly OpenRecord[],
): Promise<readonly OpenRecord[]> {
  const personId = deps.person()?.personId;
  const readable = await readableOf(
    deps,
    opened.map(({ state }) => state),
  );
  // The device may have changed hands meanwhile.
  if (deps.person()?.personId !== personId) return [];
  for (const open of opened) open.isReadable = readable.has(open.state);
  return opened.filter(({ isReadable }) => isReadable);
}

/** As `readableOpen`, of one. */
export async function mayReadOpen(
  deps: RecordDeps,
  open: OpenRecord,
): Promise<boolean> {
  return (await readableOpen(deps, [open])).length > 0;
}

/** A task says itself where it belongs. */
export function mayReadTask(
  { log, types, person }: RecordDeps,
  { organizationId, scopeId, recordType }: ReviewTask,
): boolean {
  const type = types.get(recordType);
  const personId = person()?.personId;
  return log.facts.memberships.some(
    (held) =>
      held.personId === personId &&
      held.organizationId === organizationId &&
      type !== undefined &&
      mayRead(type, new Set(held.roles)) &&
      [
        organizationScope(organizationId),
        ...held.teamIds.map(teamScope),
      ].includes(scopeId),
  );
}
