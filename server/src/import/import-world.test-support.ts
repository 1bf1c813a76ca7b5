/** For tests: a data directory with a real SQLite store, imports into it, and questions about what is there afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRecordTypes, sutureRecords } from "@suture/schema";
import type { RecordId, RecordType, Store } from "@suture/schema";
import { seededRandom } from "../admission/author.test-support.ts";
import { logHeadsTable, recordsTable } from "../log/log-tables.ts";
import { openRecordView } from "../log/record-view.ts";
import { reviewsTable } from "../review/review-tables.ts";
import { storeFileIn } from "../store/data-lock.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";
import { importFhir, type Imported } from "./import-fhir.ts";
import type { CountName } from "./import-report.ts";
import { readFhirFiles } from "./read-fhir-files.ts";

export const types = createRecordTypes(sutureRecords);

export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}

export interface ImportWorld {
  readonly directory: string;
  readonly store: Store;
  /** The files and folders at these paths, into the only organization. */
  import(...paths: readonly string[]): Promise<Imported>;
  close(): Promise<void>;
}

export async function createImportWorld(): Promise<ImportWorld> {
  const directory = mkdtempSync(join(tmpdir(), "import-fhir-"));
  const store = await openStoreIn(directory);
  let runCount = 0;
  return {
    directory,
    store,
    async import(...paths) {
      runCount += 1;
      const imported = await runImport(store, paths, runCount);
      if (!imported.ok) throw new Error(imported.error.code);
      return imported.value;
    },
    async close() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function openStoreIn(directory: string): Promise<Store> {
  return openSqliteStore({
    file: storeFileIn(directory),
    tables: serverTables,
    migrations: serverMigrations,
  });
}

export function runImport(
  store: Store,
  paths: readonly string[],
  seed: number,
  organizationId: string | null = null,
): ReturnType<typeof importFhir> {
  const files = readFhirFiles(paths, () => undefined);
  if (!files.ok) throw new Error(files.error.code);
  let nowMs = 1_800_000_000_000 + seed * 1_000_000;
  const clock = { now: () => (nowMs += 1) };
  return importFhir(
    { store, types, clock, random: seededRandom(seed) },
    { files: files.value, organizationId, onProgress: () => undefined },
  );
}

/** `Type`: how many, without those of which there are none. */
export function counted(
  { counts }: Imported,
  name: CountName,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counts[name]).filter(([, count]) => count > 0),
  );
}

/** Where every scope's log ends. */
export function logHeads(store: Store, organizationId: RecordId) {
  return store.read(organizationId, async (tx) =>
    (await tx.scan(logHeadsTable)).map(({ key, value }) => [key, value]),
  );
}

export function reviewCount(
  store: Store,
  organizationId: RecordId,
): Promise<number> {
  return store.read(
    organizationId,
    async (tx) => (await tx.scan(reviewsTable)).length,
  );
}

/** The records of a type, each folded from its changes. */
export function foldsOf(store: Store, organizationId: RecordId, type: string) {
  return store.read(organizationId, async (tx) => {
    const rows = await tx.scan(recordsTable);
    const views = rows
      .filter(({ value }) => value.recordType === type)
      .map(({ value }) => openRecordView(tx, value.recordId, typeOf));
    return Promise.all(
      views.map(async (opening) => {
        const opened = await opening;
        if (opened === undefined) throw new Error("a record is gone");
        const fold = await opened.view.loadFold();
        return { row: opened.row, fold, index: opened.view.index };
      }),
    );
  });
}

function typeOf(name: string): RecordType | undefined {
  return types.get(name);
}
