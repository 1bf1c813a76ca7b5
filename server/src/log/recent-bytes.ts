/**
 * The bytes of the changes that were admitted last, for those that are forwarded right afterwards: reading them back, each from a place of
 * its own in the file, costs as much as writing them.
 *
 * A change is named by the hash of what it says, so what is found here is what the log's row names. Whether it was admitted is not said
 * here: whoever asks has read its row. SPEC SY-5.
 */
import type { ChangeHash, RecordId } from "@suture/schema";

/** Of some thousand ordinary changes; what is forwarded later is read. */
const usualMaxBytes = 2 * 1024 * 1024;

export interface ChangeName {
  readonly organizationId: RecordId;
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
}

export class RecentBytes {
  /** The longest held first. */
  readonly #bytesByName = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #byteCount = 0;

  constructor({ maxBytes = usualMaxBytes } = {}) {
    this.#maxBytes = maxBytes;
  }

  /** Copied: they are part of a frame, all of which would be held with them. */
  note(change: ChangeName, bytes: Uint8Array): void {
    const name = nameOf(change);
    this.#forget(name);
    this.#bytesByName.set(name, new Uint8Array(bytes));
    this.#byteCount += bytes.length;
    for (const oldest of this.#bytesByName.keys()) {
      if (this.#byteCount <= this.#maxBytes) break;
      this.#forget(oldest);
    }
  }

  bytesOf(change: ChangeName): Uint8Array | undefined {
    return this.#bytesByName.get(nameOf(change));
  }

  #forget(name: string): void {
    this.#byteCount -= this.#bytesByName.get(name)?.length ?? 0;
    this.#bytesByName.delete(name);
  }
}

function nameOf({ organizationId, recordId, hash }: ChangeName): string {
  return `${organizationId} ${recordId} ${hash}`;
}
