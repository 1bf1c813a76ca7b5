/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
/** For tests of the audit: a record written in one team, with a second batch of changes, that moved to another and went on there. */
import {
  createMemoryStore,
  scopeIdSchema,
  teamScope,
  type ReadTransaction,
  type ScopeId,
  type Store,
} from "@suture/schema";

import { note } from "../admission/contents.test-support.ts";
import {
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type World,
} from "../admission/world.test-support.ts";
import { logHeadsTable } from "../log/log-tables.ts";
import { serverTables } from "../server-tables.ts";

export interface MovedRecord {
  readonly store: Store;
  readonly world: World;
  /** Where it was. */
  readonly before: ScopeId;
  /** Where it is. */
  readonly now: ScopeId;
  /** Each scope that has a log. */
  readonly scopeIds: readonly ScopeId[];
  /** How many changes came in the second batch. */
  readonly batched: number;
  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T>;
}

export async function createMovedRecord(): Promise<MovedRecord> {
  const store = createMemoryStore({ tables: serverTables });
  const world = await createWorld(createWorldDeps(store));
  const { admin, organizationId, teamId } = world;
  const other = admin.create(typeOf("team"), { parentId: organizationId });
  expectAccepted(await admin.push(other.pushed));
  const otherId = other.replica.recordId;
  const technician = await world.hire(["technician"], {
    teamIds: [otherId, teamId].sort(),
  });
  const { replica, pushed } = technician.create(typeOf("serviceJob"), {
    parentId: teamId,
  });
  const writing = (text: string) =>
    technician.addEntry(replica, "notes", note(text));
  expectAccepted(await technician.push(pushed));
  const batch = ["no power", "fuse", "fuse again"].map(writing);
  expectAccepted(await technician.push(...batch));
  expectAccepted(await technician.push(technician.move(replica, otherId)));
  expectAccepted(await technician.push(writing("new fuse")));
  const heads = await store.read(organizationId, (tx) =>
    tx.scan(logHeadsTable),
  );
  return {
    store,
    world,
    before: teamScope(teamId),
    now: teamScope(otherId),
    scopeIds: heads.map(({ key }) => scopeIdSchema.parse(key[0])),
    batched: batch.length,
    read: (work) => store.read(organizationId, work),
  };
}
