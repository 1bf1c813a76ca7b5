import {
  createMemoryStore,
  member,
  organizationScope,
  team,
  teamScope,
} from "@suture/schema";
import type { Store } from "@suture/schema";
import { describe, expect, test } from "vitest";
import { RecordWriter } from "../../sample/record-writer.ts";
import { serverTables } from "../../server-tables.ts";
import { found, membership, withColleague } from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";

describe("rights that change", () => {
  test("[SY-16] a new team's scope is granted to live sessions, and taken away again, and nothing is sent from it after", async () => {
    const world = await SyncWorld.create();
    const { house, client, record } = await withColleague(world);
    const second = new RecordWriter(team, world.random);
    const writer = world.writerOf(house.admin);
    const teams = [house.clinicId, second.recordId];
    house.adminClient.push([
      second.create(writer, { parentId: house.organizationId }),
      record.sign(writer, {
        group: "membership",
        content: membership(["receptionist"], teams).membership,
      }),
    ]);
    await world.settle();
    const scopeId = teamScope(second.recordId);
    expect(client.all("scope-granted")).toContainEqual(
      expect.objectContaining({
        scopeId,
        memberships: [expect.objectContaining({ teamIds: teams.toSorted() })],
      }),
    );
    house.adminClient.push([
      record.sign(writer, {
        group: "membership",
        content: membership(["receptionist"], [second.recordId]).membership,
      }),
    ]);
    await world.settle();
    expect(client.last("scope-revoked")).toMatchObject({
      scopeId: teamScope(house.clinicId),
      memberships: [{ teamIds: [second.recordId] }],
    });
    client.send({
      type: "pull-snapshot",
      scopeId: teamScope(house.clinicId),
      at: null,
      after: null,
    });
    await world.settle();
    expect(client.all("snapshot")).toEqual([]);
    expect(client.last("scope-revoked")?.scopeId).toBe(
      teamScope(house.clinicId),
    );
  });

  test("[SY-16] whoever is no member any more is sent nothing from the change that says so onwards", async () => {
    const world = await SyncWorld.create();
    const { house, client, record } = await withColleague(world);
    const writer = world.writerOf(house.admin);
    house.adminClient.push([
      record.sign(writer, {
        group: "membership",
        content: membership(["receptionist"], [], false).membership,
      }),
      equipmentOf(world).create(writer, { parentId: house.organizationId }),
    ]);
    await world.settle();
    expect(client.all("changes")).toEqual([]);
    expect(client.all("scope-revoked")).toHaveLength(2);
    expect(client.last("scope-revoked")?.memberships).toEqual([]);
  });

  test("[SY-26] requests that waited, or were being read, while rights ended are answered under the new ones", async () => {
    const memory = createMemoryStore({ tables: serverTables });
    let isHeld = false;
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const store: Store = {
      listPartitions: () => memory.listPartitions(),
      write: (partition, work) => memory.write(partition, work),
      close: () => memory.close(),
      async read(partition, work) {
        const found = await memory.read(partition, work);
        if (isHeld && partition !== "system") await released;
        return found;
      },
    };
    const world = await SyncWorld.create({ store });
    const { house, client, record } = await withColleague(world);
    const scopeId = organizationScope(house.organizationId);
    isHeld = true;
    for (let count = 0; count < 3; count += 1)
      client.send({ type: "pull-snapshot", scopeId, at: null, after: null });
    client.pair.flush();
    await world.server.admission.admit(house.admin, [
      record.sign(world.writerOf(house.admin), {
        group: "membership",
        content: membership(["receptionist"], [], false).membership,
      }),
    ]);
    isHeld = false;
    release();
    await world.settle();
    // The first had been read before the rights ended. Each scope is told once, and each request.
    expect(client.all("snapshot")).toEqual([]);
    expect(
      client
        .all("scope-revoked")
        .filter((message) => message.scopeId === scopeId),
    ).toHaveLength(1 + 3);
    expect(client.closed).toBeNull();
  });

  test("[SY-16] a role that reads more has its scope granted anew", async () => {
    const world = await SyncWorld.create();
    const { house, client, record } = await withColleague(world, [
      "technician",
    ]);
    house.adminClient.push([
      record.sign(world.writerOf(house.admin), {
        group: "membership",
        content: membership(["clinician", "technician"], [house.clinicId])
          .membership,
      }),
    ]);
    await world.settle();
    expect(client.all("scope-granted").map(({ scopeId }) => scopeId)).toEqual([
      organizationScope(house.organizationId),
      teamScope(house.clinicId),
    ]);
  });

  test("[SY-16] a role that writes more and reads the same is told, and rows go on where they were", async () => {
    const world = await SyncWorld.create();
    const { house, client, record } = await withColleague(world, [
      "receptionist",
    ]);
    const roles = ["admin", "receptionist"] as const;
    house.adminClient.push([
      record.sign(world.writerOf(house.admin), {
        group: "membership",
        content: membership(roles, [house.clinicId]).membership,
      }),
    ]);
    await world.settle();
    expect(client.last("scope-granted")?.memberships).toMatchObject([
      { roles: ["admin", "receptionist"] },
    ]);
    const cursor = client.last("changes")?.cursor ?? never();
    const scopeId = organizationScope(house.organizationId);
    client.send({ type: "pull", scopeId, cursor });
    await world.settle();
    expect(client.last("changes")).toMatchObject({ hasMore: false });
    const sequences = client
      .all("changes")
      .flatMap(({ rows }) => rows.map(({ sequence }) => sequence));
    expect(sequences).toEqual([5]);
  });

  test("[SY-16] accepting an invitation grants the scopes to sessions that are open already", async () => {
    const world = await SyncWorld.create();
    const house = await found(world);
    const guest = await world.signUp("guest");
    const client = world.connect(guest);
    client.hello();
    await world.settle();
    const { invitations } = world.server.identity;
    const invited = new RecordWriter(member, world.random);
    house.adminClient.push([
      invited.create(world.writerOf(house.admin), {
        parentId: house.organizationId,
        groups: membership(["auditor"], []),
      }),
    ]);
    await world.settle();
    const code = await invitations.createInvitation({
      organizationId: house.organizationId,
      memberId: invited.recordId,
      invitedBy: house.admin.personId,
      byMemberId: house.admin.memberId,
      expiresAtMs: world.timers.now() + 60_000,
    });
    const accepted = await invitations.acceptInvitation(code, guest.personId);
    await world.settle();
    expect(accepted.ok).toBe(true);
    expect(client.last("scope-granted")?.scopeId).toBe(
      organizationScope(house.organizationId),
    );
  });
});

function never(): never {
  throw new Error("no rows came");
}
