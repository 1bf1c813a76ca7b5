/**
 * What somebody has begun to write and not saved: kept on this device, so that a page that is closed, reloaded or killed shows it again.
 * It is no work yet: nothing of it is sent, shown to anybody else, or counted as unsynced. SPEC CL-29.
 */
import type { JsonValue, PersonId, WriteTransaction } from "@suture/schema";

import { keptFormsTable } from "../store/client-tables.ts";
import type { LocalLog } from "../store/local-log.ts";
import type { CurrentPerson } from "./record-deps.ts";

export interface KeptFormsDeps {
  readonly log: LocalLog;
  person(): CurrentPerson | null;
}

export class KeptForms {
  readonly #deps: KeptFormsDeps;

  constructor(deps: KeptFormsDeps) {
    this.#deps = deps;
  }

  /** What whoever uses the device had in this form, as it was kept last; undefined for nothing. */
  async load(form: string): Promise<JsonValue | undefined> {
    const personId = this.#deps.person()?.personId;
    if (personId === undefined) return undefined;
    return this.#deps.log.read((tx) =>
      tx.get(keptFormsTable, [personId, form]),
    );
  }

  /** Replaces what was kept. Does nothing while nobody is signed in. */
  async keep(form: string, value: JsonValue): Promise<void> {
    const personId = this.#deps.person()?.personId;
    if (personId === undefined) return;
    await this.#deps.log.write((tx) =>
      tx.put(keptFormsTable, [personId, form], value),
    );
  }

  async drop(form: string): Promise<void> {
    const personId = this.#deps.person()?.personId;
    if (personId === undefined) return;
    await this.#deps.log.write((tx) =>
      tx.delete(keptFormsTable, [personId, form]),
    );
  }
}

/** Of somebody who leaves the device. */
export async function dropFormsOf(
  tx: WriteTransaction,
  personId: PersonId,
): Promise<void> {
  for (const { key } of await tx.scan(keptFormsTable, { prefix: [personId] }))
    await tx.delete(keptFormsTable, key);
}
