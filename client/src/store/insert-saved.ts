/** What a save adds to the log, in the caller's transaction: rows that wait to be sent. SPEC CL-1, CL-2. */
import type { DecodedChange, WriteTransaction } from "@suture/schema";

import { strandOnRefused } from "./apply-verdicts.ts";
import { findChange, meaningOf, ChangeWriter } from "./change-rows.ts";
import type { LocalChange } from "./local-change.ts";

/** A change composed here, and what the log must know of it. */
export type NewChange = Omit<
  LocalChange,
  "localNumber" | "savedAtMs" | "progress" | "deps" | "isCreation" | "hash"
> & {
  readonly bytes: Uint8Array;
  readonly decoded: DecodedChange;
};

/** Changes already here are left as they are. Gives back what builds on a change that was refused meanwhile: stranded at once. */
export async function insertSaved(
  tx: WriteTransaction,
  changes: readonly NewChange[],
  savedAtMs: number,
): Promise<readonly LocalChange[]> {
  const stranded: LocalChange[] = [];
  const added = await ChangeWriter.begin(tx);
  for (const { bytes, decoded, ...change } of changes) {
    const { hash } = decoded;
    if ((await findChange(tx, change.recordId, hash)) !== undefined) continue;
    const meaning = meaningOf(decoded);
    const row = {
      ...change,
      hash,
      deps: [...decoded.deps],
      isCreation: meaning.creates !== null,
      savedAtMs,
      progress: { state: "pending" as const, held: null, isRestore: false },
    };
    const saved = await added.insert(row, bytes, meaning);
    stranded.push(...(await strandOnRefused(tx, saved, savedAtMs)));
  }
  await added.end();
  return stranded;
}
