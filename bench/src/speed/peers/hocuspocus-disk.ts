import Database from "better-sqlite3";
import { join } from "node:path";
import * as Y from "yjs";

import type { StormWork } from "../storm-work.ts";
import { holdsAll } from "./yjs-documents.ts";

/** What of the work is not in its database, in words. */
export function missingInHocuspocusDatabase(
  { records }: StormWork,
  directory: string,
): readonly string[] {
  const database = new Database(join(directory, "documents.sqlite"));
  const select = database
    .prepare<[string], Buffer>('SELECT data FROM "documents" WHERE name = ?')
    .pluck();
  const missing = records.filter((record) => {
    const doc = new Y.Doc();
    const state = select.get(record.id);
    if (state !== undefined) Y.applyUpdate(doc, state);
    return !holdsAll(doc, record);
  });
  database.close();
  return missing.map(
    ({ id }) => `${id} is otherwise in the database of Hocuspocus`,
  );
}
