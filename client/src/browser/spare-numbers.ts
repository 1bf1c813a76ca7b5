/**
 * Numbers that a browser keeps where it has no space for rows: each is the version of a database that holds nothing, for which it asks
 * no quota. They only rise, until they are cleared. SPEC WB-53, docs/decisions/0014.
 */
import { deleteDB, openDB } from "idb";

import type { SpareNumbers } from "../identity/password-checks.ts";

/** `name` is the store's. */
export function openSpareNumbers(name: string): SpareNumbers {
  const databaseOf = (number: string) => `${prefixOf(name)}${number}`;
  return {
    async read(number) {
      const held = await indexedDB.databases();
      const own = held.find((db) => db.name === databaseOf(number));
      return own?.version ?? 0;
    },
    async raise(number, from, to) {
      let isRaisedHere = false;
      const db = await openDB(databaseOf(number), to, {
        upgrade: (_db, before) => void (isRaisedHere = before === from),
        blocking: (_current, _blocked, event) => {
          if (event.target instanceof IDBDatabase) event.target.close();
        },
      });
      db.close();
      return isRaisedHere;
    },
    clear: (number) => deleteDB(databaseOf(number)),
  };
}

/** All of a device's. */
export async function deleteSpareNumbers(name: string): Promise<void> {
  for (const db of await indexedDB.databases())
    if (db.name?.startsWith(prefixOf(name)) === true) await deleteDB(db.name);
}

function prefixOf(name: string): string {
  return `suture-spare-${name}-`;
}
