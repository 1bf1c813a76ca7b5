/**
 * What a session is told when it has said hello: `welcome`, the page behind each cursor it named (or `log-regressed`, or nothing
 * where it is up to date), the open reviews; and, behind what devices ask for meanwhile, the colleagues' devices and the last
 * checkpoint. SPEC SY-1.
 */
import { protocolVersion, schemaVersion } from "@suture/schema";
import type { HelloMessage, RecordId } from "@suture/schema";
import { readAccess, scopesIn } from "./access.ts";
import type { Access } from "./access.ts";
import { answerUnderRights } from "./answer-under-rights.ts";
import { readOpenReviews } from "./read-open-reviews.ts";
import { firstPage } from "./send-pages.ts";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

/** Ends the session where it cannot be opened. `begin` is called once it can, before anything is sent. */
export async function openSession(
  deps: SyncDeps,
  session: SyncSession,
  hello: HelloMessage,
  begin: (access: Access) => void,
): Promise<void> {
  const { hub, identity, limits, log } = deps;
  if (
    hello.protocolVersion !== protocolVersion ||
    hello.schemaVersion > schemaVersion
  )
    return session.end("version-unsupported");
  if (hello.deviceId !== session.deviceId)
    return session.end("not-authenticated");
  // A revocation ends the sessions there are, and this one was not yet while its token was verified.
  if (!(await identity.isSyncTokenGood(session.caller)))
    return session.end("not-authenticated");
  if (session.isClosed) return;
  if (hub.size >= limits.maxSessions)
    return session.endBusy(limits.busyRetryAfterMs);
  // Before rights are read, so that no change of them goes unnoticed.
  hub.add(session);
  const access = await readAccess(deps, session.personId);
  const { keys } = await identity.keys.jwks();
  if (session.isClosed) return;
  if (isStranger(access) && !hasRoomForStrangers(deps))
    return session.endBusy(limits.busyRetryAfterMs);
  begin(access);
  sendWelcome(deps, session, access, keys);
  log.info("session.opened", {
    sessionId: session.sessionId,
    deviceId: session.deviceId,
    scopeCount: access.scopes.size,
  });
  await tellState(deps, session, access, hello);
}

function isStranger({ memberships }: Access): boolean {
  return memberships.length === 0;
}

/** Accounts cost nothing: a tenth of the room is for people who are members of nothing, so that they cannot take the members'. */
function hasRoomForStrangers({ hub, limits }: SyncDeps): boolean {
  const strangers = hub
    .all()
    .filter(({ isOpen, access }) => isOpen && isStranger(access));
  return strangers.length < limits.maxSessions / 10;
}

function sendWelcome(
  { clock }: SyncDeps,
  session: SyncSession,
  { memberships, scopes }: Access,
  keys: readonly object[],
): void {
  session.send({
    type: "welcome",
    sessionId: session.sessionId,
    serverTimeMs: clock.now(),
    memberships: [...memberships],
    scopes: [...scopes.values()].map(({ scopeId, organizationId, end }) => ({
      scopeId,
      organizationId,
      end,
    })),
    schemaVersions: [schemaVersion, schemaVersion],
    jwks: { keys: keys.map((key) => ({ ...key })) },
  });
}

async function tellState(
  deps: SyncDeps,
  session: SyncSession,
  access: Access,
  hello: HelloMessage,
): Promise<void> {
  for (const scope of access.scopes.values()) {
    const cursor = hello.cursors[scope.scopeId];
    if (cursor !== undefined)
      await firstPage(deps, session, scope.scopeId, cursor);
  }
  await answerUnderRights(
    session,
    (held) => readOpenReviews(deps.store, held),
    (open) => session.send({ type: "reviews", open: [...open], closed: [] }),
  );
  if (!session.isOpen) return;
  deps.presence.arrive(session, hello);
  session.doLater(async () => {
    await deps.presence.introduce(session);
    for (const { organizationId } of session.access.memberships)
      await tellLastCheckpoint(deps, session, organizationId);
  });
}

function tellLastCheckpoint(
  { checkpoints }: SyncDeps,
  session: SyncSession,
  organizationId: RecordId,
): Promise<void> {
  return answerUnderRights(
    session,
    (held) =>
      checkpoints.messageFor(organizationId, scopesIn(held, organizationId)),
    (latest) => {
      if (latest !== undefined) session.send(latest);
    },
  );
}
