/** Work that is on this device only, most critical first, and a copy of it that can be carried elsewhere. SPEC CL-16. */
import type {
  AttachmentHash,
  ChangeHash,
  PersonId,
  Priority,
  RecordId,
  SaveState,
  statusLabels,
} from "@suture/schema";
import { bytesToHex } from "@suture/schema";

import { stateOf, statusOf } from "../status/derive-status.ts";
import {
  attachmentBytesTable,
  unsentAttachments,
} from "../store/attachment-rows.ts";
import { isDoubted } from "../store/change-rows.ts";
import {
  changeBytesTable,
  pendingTable,
  recordsTable,
} from "../store/client-tables.ts";
import type { LocalChange } from "../store/local-change.ts";
import { changeKey, unsyncedChanges } from "../store/push-order.ts";
import { readerOf } from "./may-read.ts";
import type { RecordDeps } from "./record-deps.ts";

export interface UnsyncedChange {
  readonly recordId: RecordId;
  readonly recordType: string | null;
  readonly hash: ChangeHash;
  readonly memberId: RecordId;
  readonly priority: Priority;
  /** `merge` for fields, else the group's name. */
  readonly lane: string;
  readonly savedAtMs: number;
  readonly ageMs: number;
  readonly state: SaveState;
  readonly label: (typeof statusLabels)[SaveState];
  /** Why it has not been sent or accepted yet, where more is known than that. */
  readonly reason: string | null;
}

export function listUnsynced(
  deps: RecordDeps,
): Promise<readonly UnsyncedChange[]> {
  const nowMs = deps.clock.now();
  return deps.log.read(async (tx) => {
    const found: UnsyncedChange[] = [];
    const changes = await unsyncedChanges(tx);
    const stuck = stuckOf(changes, (personId) =>
      deps.sending.canSend(personId),
    );
    for (const change of changes) {
      const record = await tx.get(recordsTable, [change.recordId]);
      const { state, label } = statusOf(
        stateOf(change, {
          canSend: () => !stuck.has(change),
          confirmedSequence: () => undefined,
        }),
      );
      found.push({
        recordId: change.recordId,
        recordType: record?.recordType ?? null,
        hash: change.hash,
        memberId: change.memberId,
        priority: change.priority,
        lane: change.lane,
        savedAtMs: change.savedAtMs,
        ageMs: nowMs - change.savedAtMs,
        state,
        label,
        reason: reasonOf(change, deps, stuck.has(change)),
      });
    }
    return found;
  });
}

/** What cannot be sent: nobody is signed in for it, or for what has to go before it. */
export function stuckOf(
  changes: readonly LocalChange[],
  canSend: (personId: PersonId | null) => boolean,
): ReadonlySet<LocalChange> {
  const stuck = new Set<LocalChange>();
  const keys = new Set<string>();
  const creations = new Set<RecordId>();
  const inLocalOrder = [...changes].sort(
    (left, right) => left.localNumber - right.localNumber,
  );
  for (const change of inLocalOrder) {
    const { recordId, hash, personId, deps, refersTo, isCreation } = change;
    const isStuck =
      !canSend(personId) ||
      deps.some((dep) => keys.has(changeKey(recordId, dep))) ||
      refersTo.some((id) => creations.has(id));
    if (!isStuck) continue;
    stuck.add(change);
    keys.add(changeKey(recordId, hash));
    if (isCreation) creations.add(recordId);
  }
  return stuck;
}

/** Whether the server has not acknowledged something that is here, whoever wrote it, and wherever. SPEC AP-172. */
export function holdsUnacknowledged({ log }: RecordDeps): Promise<boolean> {
  return log.read(async (tx) => {
    const [first] = await tx.scan(pendingTable, { limit: 1 });
    return first !== undefined;
  });
}

export interface UnsyncedExport {
  readonly format: "suture-unsynced-1";
  readonly exportedAtMs: number;
  readonly changes: readonly {
    readonly recordId: RecordId;
    readonly hash: ChangeHash;
    readonly memberId: RecordId;
    readonly priority: Priority;
    readonly savedAtMs: number;
    /** The change, in hex. */
    readonly bytes: string;
  }[];
  readonly attachments: readonly {
    readonly recordId: RecordId;
    readonly hash: AttachmentHash;
    readonly contentType: string;
    readonly savedAtMs: number;
    /** The picture, in hex. */
    readonly bytes: string;
  }[];
}

/**
 * The person's own, and of others what the person may read, as one JSON value, in an order in which each finds what it depends
 * on. Holds clinical content.
 */
export async function exportUnsynced(
  deps: RecordDeps,
): Promise<UnsyncedExport> {
  const exportedAtMs = deps.clock.now();
  const mayRead = await readerOf(deps);
  return deps.log.read(async (tx) => {
    const changes: UnsyncedExport["changes"][number][] = [];
    const mayCopy = async (work: {
      readonly recordId: RecordId;
      readonly personId: PersonId | null;
    }) => {
      const record = await tx.get(recordsTable, [work.recordId]);
      const isOwn = work.personId === deps.person()?.personId;
      return isOwn || (record !== undefined && (await mayRead(tx, record)));
    };
    const inLocalOrder = [...(await unsyncedChanges(tx))].sort(
      (left, right) => left.localNumber - right.localNumber,
    );
    for (const change of inLocalOrder) {
      const { recordId, hash, memberId, priority, savedAtMs } = change;
      if (!(await mayCopy(change))) continue;
      const bytes = await tx.get(changeBytesTable, [recordId, hash]);
      if (bytes === undefined) continue;
      changes.push({
        recordId,
        hash,
        memberId,
        priority,
        savedAtMs,
        bytes: bytesToHex(bytes),
      });
    }
    const attachments: UnsyncedExport["attachments"][number][] = [];
    for (const {
      recordId,
      hash,
      contentType,
      unsent,
    } of await unsentAttachments(tx)) {
      const { personId, keptAtMs: savedAtMs } = unsent;
      if (!(await mayCopy({ recordId, personId }))) continue;
      const bytes = await tx.get(attachmentBytesTable, [recordId, hash]);
      if (bytes === undefined) continue;
      const hex = bytesToHex(bytes);
      attachments.push({ recordId, hash, contentType, savedAtMs, bytes: hex });
    }
    return { format: "suture-unsynced-1", exportedAtMs, changes, attachments };
  });
}

function reasonOf(
  change: LocalChange,
  { sending, log }: RecordDeps,
  isStuck: boolean,
): string | null {
  const { progress, personId, memberId } = change;
  if (!log.facts.memberships.some((held) => held.memberId === memberId))
    return "Its author is no longer a member here. It is kept for an admin.";
  if (progress.state === "waiting") return sentenceOf(progress.message);
  if (sending.obstacle === "update-needed")
    return "This app must be updated first.";
  if (!sending.canSend(personId)) return "Its author must sign in here.";
  if (isStuck)
    return "It builds on a colleague's work, whose author must sign in here.";
  if (progress.state === "pending" && progress.held !== null)
    return sentenceOf(progress.held.message);
  return isDoubted(change)
    ? "The server came back from an older copy, which may lack this. It is sent again."
    : null;
}

/** The server's reasons are clauses, to stand behind a code. */
function sentenceOf(reason: string): string {
  const [first = "", ...rest] = reason;
  return `${first.toUpperCase()}${rest.join("")}${reason.endsWith(".") ? "" : "."}`;
}
