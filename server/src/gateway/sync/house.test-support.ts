/** An organization for tests: founded over sync, with people hired into it. */
import {
  firstChain,
  member,
  organization,
  organizationScope,
  team,
} from "@suture/schema";
import type { Cursor, RecordId, Role, ScopeId, Store } from "@suture/schema";
import { logHeadsTable } from "../../log/log-tables.ts";
import { RecordWriter } from "../../sample/record-writer.ts";
import type {
  RawClient,
  Somebody,
  SyncWorld,
} from "./sync-world.test-support.ts";

export interface House {
  readonly organizationId: RecordId;
  readonly clinicId: RecordId;
  readonly admin: Somebody;
  /** An admin's device that has joined. */
  readonly adminClient: RawClient;
}

export function membership(
  roles: readonly Role[],
  teams: readonly RecordId[],
  active = true,
) {
  return {
    membership: {
      roles: [...roles].sort(),
      teams: [...teams].sort(),
      active,
    },
  };
}

/** An organization with one clinic, founded over sync by its admin, who holds the roles given. */
export async function found(
  world: SyncWorld,
  roles: readonly Role[] = ["admin", "clinician", "manager"],
  adminName = "admin",
): Promise<House> {
  const admin = await world.signUp(adminName);
  const house = new RecordWriter(organization, world.random);
  const self = new RecordWriter(member, world.random);
  const clinic = new RecordWriter(team, world.random);
  admin.memberId = self.recordId;
  const writer = world.writerOf(admin);
  const adminClient = world.connect(admin);
  adminClient.hello();
  adminClient.push([
    house.create(writer, { parentId: null, fields: { name: "House" } }),
    self.create(writer, {
      parentId: house.recordId,
      groups: membership(roles, [clinic.recordId]),
    }),
    clinic.create(writer, {
      parentId: house.recordId,
      fields: { name: "Clinic" },
    }),
  ]);
  await world.settle();
  const organizationId = house.recordId;
  return { organizationId, clinicId: clinic.recordId, admin, adminClient };
}

/** Makes somebody a member, by the admin's hand. */
export async function hire(
  world: SyncWorld,
  house: House,
  somebody: Somebody,
  roles: readonly Role[],
  teams: readonly RecordId[] = [house.clinicId],
): Promise<RecordWriter> {
  const record = new RecordWriter(member, world.random);
  somebody.memberId = record.recordId;
  house.adminClient.push([
    record.create(world.writerOf(house.admin), {
      parentId: house.organizationId,
      groups: membership(roles, teams),
    }),
  ]);
  await world.settle();
  const { organizationId } = house;
  await world.server.identity.invitations.linkPerson(
    { organizationId, memberId: record.recordId },
    somebody.personId,
  );
  return record;
}

/** A house with one more member, whose device has joined. */
export async function withColleague(
  world: SyncWorld,
  roles: Parameters<typeof hire>[3] = ["receptionist"],
): Promise<{
  readonly house: House;
  readonly colleague: Somebody;
  readonly client: RawClient;
  readonly record: RecordWriter;
}> {
  const house = await found(world);
  const colleague = await world.signUp("colleague");
  const record = await hire(world, house, colleague, roles);
  const client = world.connect(colleague);
  await client.join();
  client.clear();
  house.adminClient.clear();
  return { house, colleague, client, record };
}

export async function endOfScope(
  store: Store,
  house: House,
  scopeId: ScopeId = organizationScope(house.organizationId),
): Promise<Cursor> {
  const end = await store.read(house.organizationId, (tx) =>
    tx.get(logHeadsTable, [scopeId]),
  );
  if (end === undefined) throw new Error("no such scope");
  return end;
}

export function startOf(scopeId: ScopeId, { epoch }: Cursor): Cursor {
  return { epoch, sequence: 0, chain: firstChain(scopeId, epoch) };
}
