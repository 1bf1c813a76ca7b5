/** Imports a folder into a data directory and prints how many records are done. Not part of the server: the process that `import-crash.test.ts` kills. */
import { writeSync } from "node:fs";
import { createRecordTypes, sutureRecords } from "@suture/schema";
import { lockData, storeFileIn } from "../store/data-lock.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";
import { systemClock, systemRandom } from "../system-runtime.ts";
import { importFhir } from "./import-fhir.ts";
import { readFhirFiles } from "./read-fhir-files.ts";

export async function importAndTell(
  directory: string,
  folder: string,
): Promise<void> {
  const lock = lockData(directory);
  const files = readFhirFiles([folder], () => undefined);
  if (!lock.ok || !files.ok) throw new Error("it cannot begin");
  const store = await openSqliteStore({
    file: storeFileIn(directory),
    tables: serverTables,
    migrations: serverMigrations,
  });
  await importFhir(
    {
      store,
      types: createRecordTypes(sutureRecords),
      clock: systemClock,
      random: systemRandom,
    },
    {
      files: files.value,
      organizationId: null,
      onProgress: (doneCount) => void writeSync(1, `${doneCount}\n`),
    },
  );
}
