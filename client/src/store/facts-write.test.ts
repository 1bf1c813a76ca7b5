import { createMemoryStore, type Store } from "@suture/schema";
import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  openDevice,
} from "../records/clinic.test-support.ts";
import { clientTables } from "./client-tables.ts";

test("[CL-20] what the server says again writes nothing and tells nobody", async () => {
  const written = { puts: 0 };
  const ada = await openDevice({
    name: "ada",
    store: countingPuts(createMemoryStore({ tables: clientTables }), written),
  });
  const { organizationId, teamId } = await foundClinic(ada);
  await join(ada, organizationId, teamId, ["clinician"]);
  const { facts } = ada.log;
  const { puts } = written;
  let told = 0;
  ada.log.subscribe(() => void (told += 1));

  await join(ada, organizationId, teamId, ["clinician"]);

  expect([written.puts - puts, told]).toEqual([0, 0]);
  expect(ada.log.facts).toBe(facts);

  await join(ada, organizationId, teamId, ["receptionist"]);

  expect([written.puts - puts, told]).toEqual([1, 1]);
  expect(ada.log.facts.memberships[0]?.roles).toEqual(["receptionist"]);
});

function countingPuts(inner: Store, written: { puts: number }): Store {
  return {
    write: (partition, work) =>
      inner.write(partition, (tx) =>
        work({
          get: (table, key) => tx.get(table, key),
          scan: (table, range) => tx.scan(table, range),
          delete: (table, key) => tx.delete(table, key),
          put(table, key, value) {
            written.puts += 1;
            return tx.put(table, key, value);
          },
        }),
      ),
    read: (partition, work) => inner.read(partition, work),
    listPartitions: () => inner.listPartitions(),
    close: () => inner.close(),
  };
}
