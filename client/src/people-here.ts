/** Who is signed in on this device: to choose who uses it. SPEC AP-13. */
import type { Membership, PersonId, RecordTypes } from "@suture/schema";

import type { TokenStore } from "./identity/token-store.ts";
import { readViews } from "./records/refresh-views.ts";
import { viewsTable } from "./store/client-tables.ts";
import { readDevice } from "./store/device-row.ts";
import type { LocalLog } from "./store/local-log.ts";

export interface PersonHere {
  readonly personId: PersonId;
  readonly memberships: readonly Membership[];
  /** As their member record has it, though nobody who may read that uses the device; null where it is not here. */
  readonly name: string | null;
  /** Whether they were the last to use the device. */
  readonly wasLast: boolean;
}

export async function peopleHere(deps: {
  readonly tokens: TokenStore;
  readonly log: LocalLog;
  readonly types: RecordTypes;
}): Promise<readonly PersonHere[]> {
  const { tokens, log, types } = deps;
  const personIds = await tokens.listPersonIds();
  return readViews(log, types, async (tx) => {
    const { personId: last } = await readDevice(tx);
    const people: PersonHere[] = [];
    for (const personId of personIds) {
      const memberships = log.facts.memberships.filter(
        (held) => held.personId === personId,
      );
      let name: string | null = null;
      for (const { memberId } of memberships)
        name ??=
          (await tx.get(viewsTable, ["member", memberId]))?.label || null;
      people.push({ personId, memberships, name, wasLast: personId === last });
    }
    return people;
  });
}
