/** Which changes of a record in use are in no pack yet, and when they get into one. SPEC CL-25. */
import type {
  ChangeHash,
  RecordId,
  RecordType,
  WriteTransaction,
} from "@suture/schema";

import {
  isPackable,
  packSize,
  writePacks,
  type ReadChange,
} from "./packed-changes.ts";

export type WritePacks = (
  work: (tx: WriteTransaction) => Promise<readonly ChangeHash[]>,
) => Promise<readonly ChangeHash[]>;

export class UnpackedChanges {
  readonly #type: RecordType;
  readonly #recordId: RecordId;
  /** Read from their chunks, in the order of reading. */
  #hashes = new Set<ChangeHash>();
  /** Whether the record has packs. */
  hasPacks = false;

  constructor(type: RecordType, recordId: RecordId) {
    this.#type = type;
    this.#recordId = recordId;
  }

  add(hash: ChangeHash): void {
    this.#hashes.add(hash);
  }

  /** Packs them once they are `leastCount`; fewer wait for more. */
  async pack(
    write: WritePacks,
    find: (hash: ChangeHash) => ReadChange | undefined,
    leastCount = packSize,
  ): Promise<void> {
    if (this.#hashes.size < leastCount || !isPackable(this.#type)) return;
    const read = [...this.#hashes].flatMap((hash) => find(hash) ?? []);
    // Not twice at a time; what could not be packed is read from its chunks next time.
    this.#hashes = new Set();
    const packed = new Set(
      await write((tx) =>
        writePacks(tx, this.#type, this.#recordId, read, leastCount),
      ),
    );
    this.hasPacks ||= packed.size > 0;
    for (const { row } of read)
      if (!packed.has(row.hash)) this.#hashes.add(row.hash);
  }
}
