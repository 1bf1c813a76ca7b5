/**
 * How far each device was really sent a snapshot that it is still reading. A page counts where it joins those sent before it, so
 * that naming a later record, or never asking for the pages between, is no evidence that those were sent. SPEC SY-12.
 *
 * Kept beyond a session, because a device goes on with its snapshot after it was cut off; not beyond the process, and of those
 * that never end only the latest. What was let go of is not counted: evidence errs on the side of "not sent".
 */
import type {
  Cursor,
  DeviceId,
  RecordId,
  SnapshotMessage,
} from "@suture/schema";
import type { ScopeAccess } from "./access.ts";

export interface SentPage {
  readonly deviceId: DeviceId;
  readonly access: Pick<ScopeAccess, "scopeId" | "memberId" | "readKey">;
  /** What was asked for: the page behind this record. */
  readonly after: RecordId | null;
  readonly page: Pick<SnapshotMessage, "at" | "next">;
}

interface Covered {
  readonly at: Cursor;
  /** Of the types that could be read. */
  readonly readKey: string;
  /** Every record up to this one was sent. */
  readonly upTo: RecordId;
}

const maxRemembered = 10_000;

export class SnapshotProgress {
  /** In the order in which they last went on. */
  readonly #covered = new Map<string, Covered>();

  /** Takes note of a page, and says whether the whole snapshot was sent with it. */
  noteSent({ deviceId, access, after, page }: SentPage): boolean {
    const { scopeId, memberId, readKey } = access;
    const { at, next } = page;
    const key = `${deviceId} ${memberId} ${scopeId}`;
    const before = this.#covered.get(key);
    const isSame = before?.at.chain === at.chain && before.readKey === readKey;
    if (after !== null && !(isSame && after <= before.upTo)) return false;
    if (next === null) {
      this.#covered.delete(key);
      return true;
    }
    const upTo = isSame && before.upTo > next ? before.upTo : next;
    this.#covered.delete(key);
    for (const oldest of this.#covered.keys()) {
      if (this.#covered.size < maxRemembered) break;
      this.#covered.delete(oldest);
    }
    this.#covered.set(key, { at, readKey, upTo });
    return false;
  }
}
