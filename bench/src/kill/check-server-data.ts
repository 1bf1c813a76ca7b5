/**
 * Whether a server's files, as they lay there when it was killed, hold what it had acknowledged, and prove it.
 *
 * A copy is looked at: opening the files would mend them, and the server that starts again has to do that by itself.
 */
import { createRecordTypes, sutureRecords } from "@suture/schema";
import { runAuditVerify, storeFileIn, withStore } from "@suture/server";
import Database from "better-sqlite3";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import type { SavedChange } from "./staff-protocol.ts";

/** The database and its write-ahead log; the file beside them is only an index of that. Removed by whoever asked. */
export async function copyServerData(dataDir: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "suture-kill-copy-"));
  const file = storeFileIn(dataDir);
  await copyFile(file, join(copy, basename(file)));
  await copyFile(`${file}-wal`, join(copy, `${basename(file)}-wal`)).catch(
    (cause: unknown) => {
      // A server that ended well leaves none.
      if (!(
        cause instanceof Error &&
        "code" in cause &&
        cause.code === "ENOENT"
      ))
        throw cause;
    },
  );
  return copy;
}

/** What is wrong with a copy, in words; removes it. */
export async function checkServerData(
  copy: string,
  acknowledged: readonly SavedChange[],
): Promise<readonly string[]> {
  try {
    const missing = missingFrom(storeFileIn(copy), acknowledged);
    const problems =
      missing.length === 0
        ? []
        : [
            `${missing.length} of ${acknowledged.length} acknowledged changes are missing: ${missing.slice(0, 3).join(", ")}`,
          ];
    return [...problems, ...(await verify(copy))];
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** By plain SQL, so that nothing of ours stands between the question and the rows. */
function missingFrom(
  file: string,
  acknowledged: readonly SavedChange[],
): readonly string[] {
  const db = new Database(file);
  try {
    const keys = db.prepare("SELECT key FROM kv_change_bytes").pluck().all();
    const held = new Set(keys);
    return acknowledged
      .map(({ recordId, hash }) => `${recordId} ${hash}`)
      .filter((key) => !held.has(key));
  } finally {
    db.close();
  }
}

/** As `suture audit verify` does it. */
async function verify(directory: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const recordTypes = createRecordTypes(sutureRecords);
  const output = { out: write, err: write };
  const exitCode = await withStore(directory, output, (store) =>
    runAuditVerify(store, output, { json: true, recordTypes }),
  );
  return exitCode === 0 ? [] : [`suture audit verify: ${lines.join(" ")}`];
}
