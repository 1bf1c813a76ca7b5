/**
 * Pages of a scope's log and of its records, for one session; and the end of paging, where live rows begin. Every page is what
 * the session's rights give at the moment it is sent. SPEC SY-5 to SY-8, SY-26.
 */
import type {
  Cursor,
  PullMessage,
  PullSnapshotMessage,
  ScopeId,
} from "@suture/schema";
import { holdsCursor, readPage, samples } from "../../log/read-log.ts";
import type { LogPage } from "../../log/read-log.ts";
import { snapshotPage } from "../../log/read-snapshot.ts";
import type { ScopeAccess } from "./access.ts";
import { answerUnderRights } from "./answer-under-rights.ts";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

/** After `welcome`: the page behind the device's cursor, or nothing if there is none. */
export function firstPage(
  deps: SyncDeps,
  session: SyncSession,
  scopeId: ScopeId,
  cursor: Cursor,
): Promise<void> {
  return answerUnderRights(
    session,
    async ({ scopes }) => {
      const access = scopes.get(scopeId);
      return access && (await findPage(deps, session, access, cursor));
    },
    (found) => {
      if (found !== undefined)
        sendPage(deps, session, found, { isEmptySent: false });
    },
  );
}

export function answerPull(
  deps: SyncDeps,
  session: SyncSession,
  { scopeId, cursor }: PullMessage,
): Promise<void> {
  return answerUnderRights(
    session,
    async ({ scopes }) => {
      const access = scopes.get(scopeId);
      return access && (await findPage(deps, session, access, cursor));
    },
    (found) => {
      if (found === undefined) tellRevoked(session, scopeId);
      else sendPage(deps, session, found, { isEmptySent: true });
    },
  );
}

export function answerPullSnapshot(
  deps: SyncDeps,
  session: SyncSession,
  { scopeId, at, after }: PullSnapshotMessage,
): Promise<void> {
  const { store, snapshots, deliveries } = deps;
  return answerUnderRights(
    session,
    async ({ scopes }) => {
      const access = scopes.get(scopeId);
      if (access === undefined) return undefined;
      const { organizationId, mayRead } = access;
      const page = await store.read(organizationId, (tx) =>
        session.budget.work.within(async () => {
          if (at !== null && !(await holdsCursor(tx, scopeId, at)))
            return samples(tx, scopeId);
          const { limitBytes } = session.pageSize.next();
          return snapshotPage(tx, { scopeId, at, after, mayRead, limitBytes });
        }),
      );
      if (page === undefined) throw new Error("a granted scope is not here");
      return { access, page };
    },
    (found) => {
      if (found === undefined) return tellRevoked(session, scopeId);
      const { access, page } = found;
      if (isSamples(page)) return tellRegressed(session, scopeId, page);
      session.answer({
        type: "snapshot",
        scopeId,
        at: page.at,
        records: [...page.records],
        next: page.next,
      });
      if (page.next !== null) session.pageSize.noteSent();
      if (!session.isOpen) return;
      const { deviceId } = session;
      if (!snapshots.noteSent({ deviceId, access, after, page })) return;
      deliveries.note({
        ...subjectOf(session, access),
        fromSequence: 0,
        toSequence: page.at.sequence,
      });
    },
  );
}

interface FoundPage {
  readonly access: ScopeAccess;
  readonly after: Cursor;
  readonly page: LogPage | readonly Cursor[];
}

async function findPage(
  { store }: SyncDeps,
  session: SyncSession,
  access: ScopeAccess,
  after: Cursor,
): Promise<FoundPage> {
  const { scopeId, organizationId, mayRead } = access;
  const { deviceId } = session;
  // From here on until the page is sent, what is appended is not forwarded.
  session.live.feedOf(access).isLive = false;
  const page = await store.read(organizationId, (tx) =>
    session.budget.work.within(async () =>
      (await holdsCursor(tx, scopeId, after))
        ? readPage(tx, {
            scopeId,
            after,
            deviceId,
            mayRead,
            ...session.pageSize.next(),
          })
        : samples(tx, scopeId),
    ),
  );
  return { access, after, page };
}

function sendPage(
  { fanOut, deliveries }: SyncDeps,
  session: SyncSession,
  { access, after, page }: FoundPage,
  { isEmptySent }: { readonly isEmptySent: boolean },
): void {
  const { scopeId } = access;
  if (isSamples(page)) return tellRegressed(session, scopeId, page);
  const { rows, cursor } = page;
  // What live sessions were offered while this was read would be missing between this page and the first live row.
  const hasMore = page.hasMore || fanOut.offeredTo(scopeId) > cursor.sequence;
  if (rows.length > 0 || hasMore || isEmptySent)
    session.answer({
      type: "changes",
      scopeId,
      rows: [...rows],
      cursor,
      hasMore,
    });
  if (hasMore) session.pageSize.noteSent();
  if (!session.isOpen) return;
  deliveries.note({
    ...subjectOf(session, access),
    fromSequence: after.sequence,
    toSequence: cursor.sequence,
  });
  const feed = session.live.feedOf(access);
  feed.position = cursor;
  feed.isLive = !hasMore;
}

function subjectOf(session: SyncSession, access: ScopeAccess) {
  const { scopeId, organizationId, memberId, readKey } = access;
  const { deviceId } = session;
  return { scopeId, organizationId, memberId, readKey, deviceId };
}

function tellRegressed(
  session: SyncSession,
  scopeId: ScopeId,
  found: readonly Cursor[],
): void {
  session.answer({ type: "log-regressed", scopeId, samples: [...found] });
}

/** A request that crossed the news: the scope is no longer, or not yet, this person's. */
function tellRevoked(session: SyncSession, scopeId: ScopeId): void {
  const memberships = [...session.access.memberships];
  session.answer({ type: "scope-revoked", scopeId, memberships });
}

function isSamples<T extends object>(
  found: T | readonly Cursor[],
): found is readonly Cursor[] {
  return Array.isArray(found);
}
