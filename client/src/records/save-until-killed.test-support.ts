/** The other process of the crash test: saves and says so, for ever. */
import { join } from "node:path";

import { clientMigrations } from "../store/client-migrations.ts";
import { clientTables } from "../store/client-tables.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { amoxicillin, foundClinic, openDevice } from "./clinic.test-support.ts";

/** Prints the record's id, then each edit's phone number once it is said to be saved locally. */
export async function saveUntilKilled(directory: string): Promise<never> {
  const store = await openSqliteStore({
    file: join(directory, "log.sqlite"),
    tables: clientTables,
    migrations: clientMigrations,
  });
  const { client } = await openDevice({ name: "ada", store });
  const { organizationId } = await foundClinic({ client });
  const created = await client.patients.create({ parentId: organizationId });
  if (!created.ok) throw new Error(created.error.reason);
  process.stdout.write(`${created.value.id}\n`);
  const edit = await created.value.edit();
  for (let number = 0; ; number += 1) {
    const value = `+263 77 ${number}`;
    edit.draft.telecom.set({ status: "active", value });
    edit.draft.prescribing.medications.add(amoxicillin);
    const saved = await edit.save();
    if (!saved.ok) throw new Error(saved.error.reason);
    process.stdout.write(`${value}\n`);
  }
}
