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
import type { RecordId, Verdict } from "@suture/schema";
import { RecordCache } from "../log/record-cache.ts";
import type { Admission, AdmissionDeps, WorkGauge } from "./admission.ts";
import { admitGroup, maxShortBatch } from "./admit-group.ts";
import {
  leaveUnread,
  readArrival,
  refuseArrival,
  type Arrival,
} from "./admit-in-organization.ts";
import type { Numbered } from "./admit-part.ts";
import { boundBatch } from "./bound.ts";
import type { PushedChange, Refusal } from "./judgement.ts";
import { forgetOverruled, mergeOutcomes } from "./merge-outcomes.ts";
import { PartTurns } from "./part-turns.ts";
import { findFoundings, placeBatch } from "./place-batch.ts";
import { restoreProven } from "./restore.ts";

export type {
  Admission,
  AdmissionDeps,
  AdmissionOutcome,
  MemberDirectory,
} from "./admission.ts";

const ungauged: WorkGauge = {
  during: (work) => work(),
  within: (work) => work(),
  add: () => undefined,
};
const defaultCachedRecords = 2_500;
/**
 * So many long batches are read, or have a part waiting for the store, at a time: enough for what its thread writes and one more. With eight
 * a storm is as long, and a critical edit among 200 devices is safe after a third of it instead of a quarter.
 */
const maxLongParts = 5;

export function createAdmission(deps: AdmissionDeps): Admission {
  const { store, types, directory, verifyCheckpoint } = deps;
  const cache = new RecordCache({
    maxRecords: deps.maxCachedRecords ?? defaultCachedRecords,
  });
  const turns = new PartTurns(maxLongParts);

  return {
    async admit(author, changes, work = ungauged) {
      const bound = boundBatch(changes);
      const read = () =>
        readArrivals(deps, work, changes, (pushed) =>
          bound.ok ? readArrival(pushed) : leaveUnread(pushed, bound.error),
        );
      const arrivals = await (changes.length > maxShortBatch
        ? turns.take(read)
        : read());
      if (!bound.ok)
        return mergeOutcomes(arrivals, [], (arrival) =>
          refuseAny(arrival, bound.error),
        );
      const memberships = await directory.membersOfPerson(author.personId);
      const foundings = findFoundings(types, arrivals);
      const organizationIds = new Set([
        ...memberships.map(({ organizationId }) => organizationId),
        ...foundings.keys(),
      ]);
      const memberIdsIn = (id: RecordId) =>
        memberships.flatMap(({ organizationId, memberId }) =>
          organizationId === id ? [memberId] : [],
        );
      const candidates = [...organizationIds].map((organizationId) => ({
        organizationId,
        memberIds: memberIdsIn(organizationId),
      }));
      const places = await placeBatch(
        { store, types, cache },
        author,
        candidates,
        arrivals,
      );
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
          admitGroup(deps, { cache, turns }, work, {
            organizationId,
            author,
            group,
            memberIds: memberIdsIn(organizationId),
            firstMemberId: foundings.get(organizationId) ?? null,
            isFounded: foundings.has(organizationId),
          }),
        ),
      );
      const merged = mergeOutcomes(arrivals, outcomes, refuseUnknown);
      await forgetOverruled(deps, author, candidates, outcomes, merged);
      return merged;
    },

    async allowRestore(author, request, work = ungauged) {
      const claims = await verifyCheckpoint(request.jws, request.proof);
      if (claims === null) return false;
      const { organizationId } = claims;
      const memberships = await directory.membersOfPerson(author.personId);
      const member = memberships.find(
        (held) => held.organizationId === organizationId,
      );
      if (member === undefined) return false;
      const { memberId } = member;
      const shower = { organizationId, memberId, author, claims };
      return restoreProven({ ...deps, work }, shower, request);
    },
  };
}

/** What is read in one turn, and at least one change. A hundred bytes can be as much work as a hundred thousand, so both count. */
const maxBytesPerTurn = 128 * 1024;
const maxChangesPerTurn = 4;

async function readArrivals(
  { yieldTurn }: AdmissionDeps,
  work: WorkGauge,
  changes: readonly PushedChange[],
  read: (pushed: PushedChange) => Arrival,
): Promise<readonly Arrival[]> {
  const arrivals: Arrival[] = [];
  let byteCount = 0;
  for (const pushed of changes) {
    byteCount += pushed.bytes.length;
    const isTurnFull =
      byteCount > maxBytesPerTurn || arrivals.length % maxChangesPerTurn === 0;
    if (isTurnFull && arrivals.length > 0) {
      byteCount = pushed.bytes.length;
      await yieldTurn();
    }
    arrivals.push(work.during(() => read(pushed)));
  }
  return arrivals;
}

function refuseUnknown(arrival: Arrival): Verdict {
  return refuseAny(arrival, {
    code: "author-unknown",
    reason: "its author is no member of any organization",
  });
}

/** What cannot be read at all is told so. */
function refuseAny(arrival: Arrival, refusal: Refusal): Verdict {
  return refuseArrival(
    arrival,
    arrival.kind === "unreadable" ? arrival.unreadable.refusal : refusal,
  );
}
