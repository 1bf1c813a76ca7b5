/**
 * Sign-ins that were refused, on their way to the audit of the organizations that the person belongs to. Which e-mails are known
 * must not show in how long an answer takes, so each refusal is written down here alike, known or not, in one row; which of them
 * somebody is told of is found out later, by `owe`, which no request waits for. SPEC ID-37.
 */
import type {
  Clock,
  PersonId,
  Random,
  Store,
  WriteTransaction,
} from "@suture/schema";
import { identityPartition, refusedSignInsTable } from "./identity-tables.ts";
import { oweEventOfPerson } from "./owe-event.ts";
import { drawSecret } from "./secrets.ts";

export interface RefusedSignIns {
  /** Whose e-mail it was, if anybody's. */
  note(personId: PersonId | undefined): Promise<void>;
  noteIn(tx: WriteTransaction, personId: PersonId | undefined): Promise<void>;
  /** Makes what was noted until now owed entries, with the times of the refusals; whoever keeps the audit tells them. */
  owe(): Promise<void>;
}

const pageRows = 500;

export function createRefusedSignIns(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}): RefusedSignIns {
  const { store, clock, random } = deps;

  async function noteIn(
    tx: WriteTransaction,
    personId: PersonId | undefined,
  ): Promise<void> {
    const atMs = clock.now();
    await tx.put(refusedSignInsTable, [atMs, drawSecret(random, 16)], {
      personId: personId ?? null,
    });
  }

  /** Whether there may be more. */
  function owePage(): Promise<boolean> {
    return store.write(identityPartition, async (tx) => {
      const rows = await tx.scan(refusedSignInsTable, { limit: pageRows });
      for (const { key, value } of rows) {
        const { personId } = value;
        await tx.delete(refusedSignInsTable, key);
        if (personId === null) continue;
        const atMs = Number(key[0]);
        await oweEventOfPerson(tx, { personId, atMs }, ({ memberId }) => ({
          event: "sign-in-refused",
          memberId,
        }));
      }
      return rows.length === pageRows;
    });
  }

  return {
    note: (personId) =>
      store.write(identityPartition, (tx) => noteIn(tx, personId)),
    noteIn,
    async owe() {
      while (await owePage());
    },
  };
}
