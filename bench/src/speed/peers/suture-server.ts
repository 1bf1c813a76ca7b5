/** The server of ours as it is deployed, on a copy of a founded hospital's data. */
import Database from "better-sqlite3";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { ServerProcess } from "../../demo/server-process.ts";
import { storeFileIn } from "@suture/server";
import type { ServerUnderTest } from "../party-round.ts";
import { serverDataIn } from "./hospital-files.ts";
import { readHospital } from "./suture-hospital.ts";

export async function startSutureServer(
  hospital: string,
  /** Given the changes on its disk after it was killed, says in words what is missing. */
  missing = (held: ReadonlySet<string>): Promise<readonly string[]> =>
    missingEdits(hospital, held),
): Promise<ServerUnderTest & { readonly url: string }> {
  const directory = await mkdtemp(join(hospital, "round-"));
  await cp(serverDataIn(hospital), serverDataIn(directory), {
    recursive: true,
  });
  const server = await ServerProcess.create(serverDataIn(directory));
  await server.start();
  let killed: Promise<void> | undefined;
  return {
    port: server.port,
    url: server.url,
    pid: server.pid,
    kill: () => (killed ??= server.kill()),
    async missingOnDisk() {
      const held = changesIn(storeFileIn(serverDataIn(directory)));
      await rm(directory, { recursive: true });
      return missing(held);
    },
  };
}

/** The edits that were composed with the hospital. */
async function missingEdits(
  hospital: string,
  held: ReadonlySet<string>,
): Promise<readonly string[]> {
  return (await readHospital(hospital))
    .flatMap(({ edits }) => edits)
    .filter(({ hash }) => !held.has(hash))
    .map(({ hash }) => `${hash} is not on the server's disk`);
}

/** Their hashes, by plain SQL: nothing of ours stands between the question and the rows. */
export function changesIn(file: string): ReadonlySet<string> {
  const database = new Database(file);
  try {
    const keys = database
      .prepare<[], string>("SELECT key FROM kv_change_bytes")
      .pluck()
      .all();
    return new Set(keys.flatMap((key) => key.match(/[0-9a-f]{64}/g) ?? []));
  } finally {
    database.close();
  }
}
