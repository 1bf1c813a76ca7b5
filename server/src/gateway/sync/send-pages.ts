/** Pages of a scope's log and of its records, for one session; and the end of paging, where live rows begin. SPEC SY-5 to SY-8. */
import type { Cursor, PullMessage, PullSnapshotMessage } from "@suture/schema";
import { holdsCursor, readPage, samples } from "../../log/read-log.ts";
import { snapshotPage } from "../../log/read-snapshot.ts";
import type { ScopeAccess } from "./access.ts";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

/** After `welcome`: the page behind the device's cursor, or nothing if there is none. */
export async function firstPage(
  deps: SyncDeps,
  session: SyncSession,
  access: ScopeAccess,
  cursor: Cursor,
): Promise<void> {
  await sendPage(deps, session, access, cursor, { isEmptySent: false });
}

export async function answerPull(
  deps: SyncDeps,
  session: SyncSession,
  { scopeId, cursor }: PullMessage,
): Promise<void> {
  const access = session.access.scopes.get(scopeId);
  if (access === undefined) tellRevoked(session, scopeId);
  else await sendPage(deps, session, access, cursor, { isEmptySent: true });
}

export async function answerPullSnapshot(
  deps: SyncDeps,
  session: SyncSession,
  { scopeId, at, after }: PullSnapshotMessage,
): Promise<void> {
  const access = session.access.scopes.get(scopeId);
  if (access === undefined) return tellRevoked(session, scopeId);
  const { store } = deps;
  const { organizationId, mayRead } = access;
  const page = await store.read(organizationId, async (tx) => {
    if (at !== null && !(await holdsCursor(tx, scopeId, at)))
      return samples(tx, scopeId);
    return snapshotPage(tx, { scopeId, at, after, mayRead });
  });
  if (page === undefined) throw new Error("a granted scope is not here");
  if (isSamples(page))
    return session.send({
      type: "log-regressed",
      scopeId,
      samples: [...page],
    });
  session.send({
    type: "snapshot",
    scopeId,
    at: page.at,
    records: [...page.records],
    next: page.next,
  });
  const { deviceId } = session;
  if (!session.isOpen) return;
  if (!deps.snapshots.noteSent({ deviceId, access, after, page })) return;
  deps.deliveries.note({
    ...subjectOf(session, access),
    fromSequence: 0,
    toSequence: page.at.sequence,
  });
}

async function sendPage(
  deps: SyncDeps,
  session: SyncSession,
  access: ScopeAccess,
  after: Cursor,
  { isEmptySent }: { readonly isEmptySent: boolean },
): Promise<void> {
  const { scopeId, organizationId, mayRead } = access;
  const { deviceId } = session;
  const feed = session.live.feedOf(access);
  feed.isLive = false;
  const found = await deps.store.read(organizationId, async (tx) =>
    (await holdsCursor(tx, scopeId, after))
      ? readPage(tx, { scopeId, after, deviceId, mayRead })
      : samples(tx, scopeId),
  );
  if (isSamples(found))
    return session.send({
      type: "log-regressed",
      scopeId,
      samples: [...found],
    });
  const { rows, cursor } = found;
  // What live sessions were offered while this was read would be missing between this page and the first live row.
  const hasMore =
    found.hasMore || deps.fanOut.offeredTo(scopeId) > cursor.sequence;
  if (rows.length > 0 || hasMore || isEmptySent)
    session.send({
      type: "changes",
      scopeId,
      rows: [...rows],
      cursor,
      hasMore,
    });
  if (!session.isOpen) return;
  deps.deliveries.note({
    ...subjectOf(session, access),
    fromSequence: after.sequence,
    toSequence: cursor.sequence,
  });
  feed.position = cursor;
  feed.isLive = !hasMore;
}

function subjectOf(session: SyncSession, access: ScopeAccess) {
  const { scopeId, organizationId, memberId, readKey } = access;
  const { deviceId } = session;
  return { scopeId, organizationId, memberId, readKey, deviceId };
}

/** A request that crossed the news: the scope is no longer, or not yet, this person's. */
function tellRevoked(
  session: SyncSession,
  scopeId: PullMessage["scopeId"],
): void {
  const memberships = [...session.access.memberships];
  session.send({ type: "scope-revoked", scopeId, memberships });
}

function isSamples<T extends object>(
  found: T | readonly Cursor[],
): found is readonly Cursor[] {
  return Array.isArray(found);
}
