/** A storm's records as documents of stock automerge-repo: one root key for each text, as one value that is never spliced. */
import {
  change,
  free,
  from,
  ImmutableString,
  init,
  save,
} from "@automerge/automerge";
import type { DocumentId } from "@automerge/automerge-repo";

import type { StormRecord } from "../storm-work.ts";

export type RecordDocument = Record<string, ImmutableString>;

/** A little more than a loaded document of that size takes. */
const bytesPerDocument = 32 * 1024;
const leastBytes = 96 * 1024 * 1024;
/** How much of wasm memory a value takes, as a multiple of its size. */
const copies = 3;
/** Of a value of more than some hundred megabytes wasm runs out of memory, however much there is. */
const bytesPerPiece = 96 * 1024 * 1024;

/**
 * Grows the wasm heap at the start and frees it. In Node 20 the garbage collector comes to almost a standstill while that memory grows
 * little by little: without this, what is measured is that, and no system here could be compared with another.
 */
export function growHeapFor(documentCount: number): void {
  const bytes = Math.max(leastBytes, documentCount * bytesPerDocument);
  const pieces = Array.from({ length: Math.ceil(bytes / bytesPerPiece) }, () =>
    from({ space: new Uint8Array(bytesPerPiece / copies) }),
  );
  for (const piece of pieces) free(piece);
}

/** As everybody held it before: the same bytes in every process. */
export function documentBefore({ before }: StormRecord): Uint8Array {
  const empty = init<RecordDocument>({ actor: "00".repeat(16) });
  const doc = change(empty, { time: 0 }, (draft) => write(draft, before));
  const bytes = save(doc);
  free(doc);
  return bytes;
}

export function write(
  draft: RecordDocument,
  texts: Readonly<Record<string, string>>,
): void {
  for (const [key, text] of Object.entries(texts))
    draft[key] = new ImmutableString(text);
}

export function holdsAll(
  doc: Readonly<RecordDocument>,
  { after }: StormRecord,
): boolean {
  return Object.entries(after).every(([key, text]) => doc[key]?.val === text);
}

export function documentIdOf({ id }: StormRecord): DocumentId {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a record's id is a document's id
  return id as DocumentId;
}
