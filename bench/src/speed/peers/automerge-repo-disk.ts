import { Repo } from "@automerge/automerge-repo";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";

import type { StormRecord } from "../storm-work.ts";
import {
  documentIdOf,
  growHeapFor,
  holdsAll,
  type RecordDocument,
} from "./automerge-documents.ts";

/** Which of them a `Repo` does not find in that storage as they are to be, in words. */
export async function missingInAutomergeStorage(
  records: readonly StormRecord[],
  directory: string,
): Promise<readonly string[]> {
  growHeapFor(records.length);
  const repo = new Repo({ storage: new NodeFSStorageAdapter(directory) });
  const missing: string[] = [];
  for (const record of records) {
    const handle = await repo.find<RecordDocument>(documentIdOf(record));
    if (!holdsAll(handle.doc(), record))
      missing.push(`${record.id} is otherwise on automerge-repo's disk`);
  }
  return missing;
}
