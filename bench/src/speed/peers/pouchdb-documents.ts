/** A storm's records as documents of PouchDB: a field for each text, and a database for each clinic, so that nothing is filtered. */
import type { PouchDocument } from "pouchdb";

import type { StormRecord } from "../storm-work.ts";

export function documentBefore({ id, before }: StormRecord): PouchDocument {
  return { ...before, _id: id };
}

export function holdsAll(doc: PouchDocument, { after }: StormRecord): boolean {
  return Object.entries(after).every(([key, text]) => doc[key] === text);
}

export function databaseOf(clinic: number): string {
  return `clinic-${clinic}`;
}
