/** What an open session asks for, each request with its one answer. SPEC SY-5 to SY-9. */
import { isRetryable } from "@suture/schema";
import type {
  ChangeHash,
  ClientMessage,
  FetchMessage,
  FetchRecordsMessage,
  FetchedMessage,
  PushMessage,
  RecordId,
  RestoreMessage,
  TokenMessage,
  Verdict,
  WholeRecord,
} from "@suture/schema";
import { decodePushed } from "../../admission/decode.ts";
import { fetchChange } from "../../log/fetch-change.ts";
import { wholeRecord } from "../../log/read-snapshot.ts";
import type { Access } from "./access.ts";
import { answerUnderRights } from "./answer-under-rights.ts";
import { answerPull, answerPullSnapshot } from "./send-pages.ts";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

type Request = Exclude<ClientMessage, { readonly type: "hello" }>;

export async function answerRequest(
  deps: SyncDeps,
  session: SyncSession,
  request: Request,
): Promise<void> {
  switch (request.type) {
    case "push":
      return answerPush(deps, session, request);
    case "pull":
      return answerPull(deps, session, request);
    case "pull-snapshot":
      return answerPullSnapshot(deps, session, request);
    case "fetch":
      return answerFetch(deps, session, request);
    case "fetch-records":
      return answerFetchRecords(deps, session, request);
    case "restore":
      return answerRestore(deps, session, request);
    case "token":
      return answerToken(deps, session, request);
    case "ping":
      return session.send({ type: "pong", number: request.number });
    case "pong":
      return;
  }
}

async function answerPush(
  deps: SyncDeps,
  session: SyncSession,
  { pushId, token, changes, unsynced }: PushMessage,
): Promise<void> {
  const { admission, identity, deliveries, presence } = deps;
  const author = await identity.verifyBatchToken(token, session.caller.jkt);
  if (!author.ok && author.error.code === "token-of-other-device")
    return session.end("not-authenticated");
  const personId = author.ok ? author.value.personId : session.personId;
  const retryAfterMs = session.budget.answerWaitMs(personId);
  if (retryAfterMs > 0)
    return session.send({ type: "push-deferred", pushId, retryAfterMs });
  session.budget.charge({ changes: changes.length }, personId);
  deliveries.submit(session.deviceId);
  const verdicts = author.ok
    ? (await admission.admit(author.value, changes, session.budget.work))
        .verdicts
    : changes.map(refuseUnknownAuthor);
  session.answer({ type: "verdicts", pushId, verdicts: [...verdicts] });
  session.budget.settle(personId);
  presence.update(session, unsynced);
}

async function answerToken(
  { identity }: SyncDeps,
  session: SyncSession,
  { token }: TokenMessage,
): Promise<void> {
  const renewed = await identity.verifyBatchToken(token, session.caller.jkt);
  if (renewed.ok) session.renew(renewed.value);
  else session.end("not-authenticated");
}

/** The person's own sign-in has ended, not the connection's: their work waits on the device until they sign in again. */
function refuseUnknownAuthor(change: PushMessage["changes"][number]): Verdict {
  const read = decodePushed(change);
  const code = "author-unknown";
  return {
    recordId: change.recordId,
    hash: read.ok ? read.value.change.hash : read.error.hash,
    verdict: "refused",
    code,
    message: "the author's sign-in on this device has ended",
    isRetryable: isRetryable(code),
  };
}

/** The first items of the request, as many as one message holds and at least one; the device asks again for the rest. */
async function answerFetch(
  deps: SyncDeps,
  session: SyncSession,
  request: FetchMessage,
): Promise<void> {
  const { limitBytes } = session.pageSize.next();
  const read = async (access: Access) => {
    const items: FetchedMessage["items"] = [];
    let byteCount = 0;
    for (const { recordId, hash } of request.items) {
      const bytes = await fetchReadable(deps, session, access, [
        recordId,
        hash,
      ]);
      byteCount += bytes?.length ?? 0;
      if (items.length > 0 && byteCount > limitBytes) break;
      items.push({ recordId, hash, bytes });
    }
    return items;
  };
  await answerUnderRights(session, read, (items) => {
    session.answer({ type: "fetched", items });
    if (items.length < request.items.length) session.pageSize.noteSent();
  });
}

async function fetchReadable(
  { store }: SyncDeps,
  session: SyncSession,
  { memberships, scopes }: Access,
  [recordId, hash]: readonly [RecordId, ChangeHash],
): Promise<Uint8Array | null> {
  for (const { organizationId } of memberships) {
    const bytes = await store.read(organizationId, (tx) =>
      session.budget.work.within(() =>
        fetchChange(tx, {
          recordId,
          hash,
          mayRead: ({ scopeId, recordType }) =>
            scopes.get(scopeId)?.mayRead(recordType) === true,
        }),
      ),
    );
    if (bytes !== null) return bytes;
  }
  return null;
}

/** As `fetch`: the first records of the request, as many as one message holds and at least one. */
async function answerFetchRecords(
  deps: SyncDeps,
  session: SyncSession,
  { scopeId, recordIds }: FetchRecordsMessage,
): Promise<void> {
  const { limitBytes } = session.pageSize.next();
  const read = async ({ scopes }: Access) => {
    const access = scopes.get(scopeId);
    if (access === undefined)
      return recordIds.map((recordId) => ({ recordId, changes: [] }));
    return deps.store.read(access.organizationId, (tx) =>
      session.budget.work.within(async () => {
        const records: WholeRecord[] = [];
        let byteCount = 0;
        for (const recordId of recordIds) {
          const record = await wholeRecord(tx, recordId, access);
          for (const { bytes } of record.changes) byteCount += bytes.length;
          if (records.length > 0 && byteCount > limitBytes) break;
          records.push(record);
        }
        return records;
      }),
    );
  };
  await answerUnderRights(session, read, (records) => {
    session.answer({ type: "records", scopeId, records });
    if (records.length < recordIds.length) session.pageSize.noteSent();
  });
}

async function answerRestore(
  deps: SyncDeps,
  session: SyncSession,
  restore: RestoreMessage,
): Promise<void> {
  const { scopeId } = restore.proof.leaf;
  const isProven = await deps.admission.allowRestore(
    session.caller,
    restore,
    session.budget.work,
  );
  // The proof is an entry, whatever is pushed after it; where none was written nothing is signed.
  if (isProven)
    for (const { organizationId } of session.access.memberships)
      deps.checkpoints.noteAppended(organizationId);
  session.answer({ type: "restorable", scopeId, isProven });
}
