/** Some rows of a batch, encoded and deflated once for all who are sent the same of them. */
import { encodeLogRow } from "@suture/schema";
import type { DeviceId, LogRow } from "@suture/schema";
import type { ScopeAccess } from "./access.ts";
import { deflatePiece } from "./node-compression.ts";

/** A row that was appended; its bytes are null where they are not there any more. */
export interface BatchRow extends Omit<LogRow, "isReadable"> {
  readonly recordType: string;
}

export class RowPiece {
  readonly #rows: readonly BatchRow[];
  readonly #authors: ReadonlySet<DeviceId>;
  /** As whoever did not write it, and may read it, is sent it. */
  readonly #encoded: (Uint8Array | undefined)[] = [];
  readonly #deflatedByReader = new Map<string, Uint8Array>();

  constructor(rows: readonly BatchRow[]) {
    this.#rows = rows;
    this.#authors = new Set(rows.map((row) => row.deviceId));
  }

  /** Its rows as CBOR, one after the other: without bytes where the device wrote them, or may not read them. */
  bodyFor({ mayRead }: ScopeAccess, deviceId: DeviceId): Uint8Array {
    return Buffer.concat(
      this.#rows.map((row, index) => {
        const isReadable = mayRead(row.recordType);
        return isReadable && row.deviceId !== deviceId
          ? (this.#encoded[index] ??= encodeLogRow(row, true, row.bytes))
          : encodeLogRow(row, isReadable, null);
      }),
    );
  }

  deflatedFor(access: ScopeAccess, deviceId: DeviceId): Uint8Array {
    const author = this.#authors.has(deviceId) ? deviceId : "";
    const reader = `${author} ${access.readKey}`;
    const known = this.#deflatedByReader.get(reader);
    if (known !== undefined) return known;
    const deflated = deflatePiece(this.bodyFor(access, deviceId));
    this.#deflatedByReader.set(reader, deflated);
    return deflated;
  }
}
