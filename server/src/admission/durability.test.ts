import {
  createMemoryStore,
  type Store,
  type WriteTransaction,
} from "@suture/schema";
import { afterEach, expect, test } from "vitest";
import { admissionTables } from "./admission-tables.ts";
import { logTables } from "../log/log-tables.ts";
import { serverTables } from "../server-tables.ts";
import { auditTables } from "../audit/audit-tables.ts";
import { note } from "./contents.test-support.ts";
import { openTestStore, type OpenedStore } from "./stores.test-support.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
} from "./world.test-support.ts";

let opened: OpenedStore | undefined;
afterEach(async () => {
  await opened?.discard();
  opened = undefined;
});

test("[AD-14] pushes in flight share one commit, and none is answered before it", async () => {
  opened = await openTestStore("SQLite");
  const world = await createWorld(createWorldDeps(opened.store));
  const colleagues = [];
  for (let number = 0; number < 20; number += 1)
    colleagues.push(await world.hire(["clinician"]));
  const before = opened.commits.length;
  const verdicts = await Promise.all(
    colleagues.map((colleague) => {
      const { pushed } = colleague.create(typeOf("patient"), {
        parentId: world.organizationId,
      });
      return colleague.push(pushed);
    }),
  );
  expectAccepted(verdicts.flat());
  expect(opened.commits.slice(before)).toEqual([20]);
});

test("[AD-14] wherever a batch's transaction breaks off, all of it is there or nothing", async () => {
  const inner = createMemoryStore({ tables: serverTables });
  let writesLeft = Infinity;
  const store: Store = {
    ...bound(inner),
    write: (partition, work) =>
      inner.write(partition, (tx) => work(breaking(tx, () => writesLeft--))),
  };
  const world = await createWorld(createWorldDeps(store));
  const clinician = await world.hire(["clinician"]);
  const { replica, pushed } = clinician.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  const batch = [
    pushed,
    clinician.setField(replica, "maritalStatus", "M"),
    clinician.compose(replica, [{ key: "shoeSize", set: 43 }]),
    clinician.addEntry(replica, "notes", note("rang")),
  ];
  const before = await rowsOf(inner, world.organizationId);
  for (let allowed = 0; ; allowed += 1) {
    writesLeft = allowed;
    const outcome = await clinician
      .push(...batch)
      .catch((cause: unknown) => cause);
    writesLeft = Infinity;
    if (!(outcome instanceof Error)) {
      expect(answers(outcome as never)).toEqual([
        "accepted",
        "accepted",
        "unknown-field",
        "accepted",
      ]);
      break;
    }
    expect(await rowsOf(inner, world.organizationId)).toEqual(before);
  }
});

test("[AD-18] an ordinary change costs the same rows however much the record holds", async () => {
  const inner = createMemoryStore({ tables: serverTables });
  let operations = 0;
  const store: Store = {
    ...bound(inner),
    write: (partition, work) =>
      inner.write(partition, (tx) => work(counting(tx, () => operations++))),
  };
  const deps = createWorldDeps(store);
  const world = await createWorld(deps);
  const clinician = await world.hire(["clinician"]);
  const { replica, pushed } = clinician.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  expectAccepted(await clinician.push(pushed));
  const costs = [];
  for (let number = 0; number < 60; number += 1) {
    operations = 0;
    const edit = clinician.setField(replica, "maritalStatus", "M");
    expectAccepted(await clinician.push(edit));
    costs.push(operations);
  }
  expect(new Set(costs.slice(1)).size).toBe(1);
});

/** A store's methods, free of their object. */
function bound(store: Store): Store {
  return {
    write: (...args) => store.write(...args),
    read: (...args) => store.read(...args),
    listPartitions: () => store.listPartitions(),
    close: () => store.close(),
  };
}

function breaking(tx: WriteTransaction, left: () => number): WriteTransaction {
  const step = () => {
    if (left() <= 0) throw new Error("the process ended here");
  };
  return {
    get: (...args) => tx.get(...args),
    scan: (...args) => tx.scan(...args),
    put: async (...args) => {
      step();
      return tx.put(...args);
    },
    delete: async (...args) => {
      step();
      return tx.delete(...args);
    },
  };
}

function counting(tx: WriteTransaction, count: () => void): WriteTransaction {
  return {
    get: (...args) => (count(), tx.get(...args)),
    scan: (...args) => (count(), tx.scan(...args)),
    put: (...args) => (count(), tx.put(...args)),
    delete: (...args) => (count(), tx.delete(...args)),
  };
}

async function rowsOf(store: Store, partition: string) {
  return store.read(partition, async (tx) => {
    const rows = [];
    for (const table of [...logTables, ...admissionTables, ...auditTables])
      rows.push([table.name, await tx.scan(table)]);
    return rows;
  });
}
