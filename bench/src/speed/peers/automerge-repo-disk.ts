import { Repo } from "@automerge/automerge-repo";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";

import type { StormWork } from "../storm-work.ts";
import {
  documentIdOf,
  growHeapFor,
  holdsAll,
  type RecordDocument,
} from "./automerge-documents.ts";

/** What of the work a `Repo` does not find in that storage, in words. */
export async function missingInAutomergeStorage(
  { records }: StormWork,
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
