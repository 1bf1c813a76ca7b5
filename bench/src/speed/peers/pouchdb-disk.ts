import { join } from "node:path";
import PouchDB from "pouchdb";

import type { StormWork } from "../storm-work.ts";
import { databaseOf, holdsAll } from "./pouchdb-documents.ts";

/** What of the work is not in its files, in words. */
export async function missingInPouchFiles(
  { records, clinics }: StormWork,
  directory: string,
): Promise<readonly string[]> {
  const OnDisk = PouchDB.defaults({ prefix: join(directory, "/") });
  const missing: string[] = [];
  for (let clinic = 0; clinic < clinics; clinic += 1) {
    const database = new OnDisk(databaseOf(clinic));
    const { rows } = await database.allDocs({ include_docs: true });
    const docs = new Map(rows.map(({ doc }) => [doc._id, doc]));
    await database.close();
    for (const record of records.filter((one) => one.clinic === clinic)) {
      const doc = docs.get(record.id);
      if (doc === undefined || !holdsAll(doc, record))
        missing.push(`${record.id} is otherwise in the files of PouchDB`);
    }
  }
  return missing;
}
