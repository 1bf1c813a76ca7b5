/** Somebody who is in two organizations pushes what neither of them can place yet, or what one of them has refused. */
import {
  changeHashSchema,
  createMemoryStore,
  type RecordId,
  type Role,
} from "@suture/schema";
import { beforeEach, describe, expect, test } from "vitest";
import { appendAudit } from "../audit/append-audit.ts";
import { serverTables } from "../server-tables.ts";
import { createAdmission } from "./admit-batch.ts";
import { quarantinedTable, waitingTable } from "./admission-tables.ts";
import { releaseDevice } from "./quarantine.ts";
import { listRefused } from "./refusals.ts";
import {
  answers,
  Colleague,
  createWorld,
  createWorldDeps,
  expectAccepted,
  membership,
  typeOf,
  type World,
} from "./world.test-support.ts";

const nothing = { maxChanges: 0, maxBytes: 0 };

let deps: ReturnType<typeof createWorldDeps>;
/** Where the work belongs. */
let here: World;
/** Where its author may look, and create nothing. */
let there: World;

beforeEach(async () => {
  const store = createMemoryStore({ tables: serverTables });
  deps = createWorldDeps(store);
  here = await createWorld(deps);
  there = await createWorld(deps);
});

/** The same person on the same device, as a member of another organization. */
async function joinAlso(
  { organizationId, admin, admission, directory, teamId }: World,
  { author }: Colleague,
  roles: readonly Role[],
): Promise<Colleague> {
  const { replica, pushed } = admin.create(typeOf("member"), {
    parentId: organizationId,
    statements: { membership: membership(roles, [teamId]) },
  });
  expectAccepted(await admin.push(pushed));
  const { recordId: memberId } = replica;
  await directory.linkPerson({ organizationId, memberId }, author.personId);
  return new Colleague(admission, deps.random, memberId, author);
}

async function keptIn({ store, organizationId }: World) {
  const page = { before: null, limit: 100 };
  return store.read(organizationId, async (tx) => ({
    refused: (await listRefused(tx, page)).changes.map(({ hash }) => hash),
    waiting: (await tx.scan(waitingTable)).length,
  }));
}

const newPatient = (author: Colleague, parentId: RecordId) =>
  author.create(typeOf("patient"), { parentId });

describe("what one organization may take later, another does not refuse for good", () => {
  test("[AD-26] device-quarantined: in one of them, until it is released there", async () => {
    const person = await here.hire(["clinician"]);
    await joinAlso(there, person, ["auditor"]);
    const { deviceId } = person.author;
    const { store, organizationId } = here;
    const { pushed, replica } = newPatient(person, person.newRecordId());
    const edit = person.setField(replica, "maritalStatus", "M");
    const hash = changeHashSchema.parse(replica.index.heads()[0]);
    await store.write(organizationId, (tx) =>
      tx.put(quarantinedTable, [deviceId], {
        ...person.signer,
        recordId: replica.recordId,
        admitted: hash,
        refused: hash,
        atMs: 1,
      }),
    );
    for (let times = 0; times < 2; times += 1) {
      const verdicts = await person.push(pushed, edit);
      expect(answers(verdicts)).toEqual([
        "device-quarantined",
        "device-quarantined",
      ]);
    }
    expect(await keptIn(there)).toEqual({ refused: [], waiting: 0 });
    const by = { deviceId, byMemberId: here.admin.signer.memberId };
    await store.write(organizationId, (tx) =>
      releaseDevice(appendAudit, tx, { organizationId, atMs: 2 }, by),
    );
    expect(answers(await person.push(pushed, edit))).toEqual([
      "parent-not-here",
      "parent-not-here",
    ]);
  });

  test("[AD-26] too-much-waiting", async () => {
    const person = await here.hire(["clinician"]);
    await joinAlso(there, person, ["auditor"]);
    const narrow = { member: nothing, organization: nothing };
    const admission = createAdmission({ ...deps, waitingLimits: narrow });
    const { pushed } = newPatient(person, person.newRecordId());
    const { verdicts } = await admission.admit(person.author, [pushed]);
    expect(answers(verdicts)).toEqual(["too-much-waiting"]);
    expect((await keptIn(there)).refused).toEqual([]);
  });

  test("[AD-26] author-unknown: where the member's own record has not come yet", async () => {
    const person = await there.hire(["auditor"]);
    const memberId = person.newRecordId();
    const { organizationId, directory } = here;
    const { personId } = person.author;
    await directory.linkPerson({ organizationId, memberId }, personId);
    const { pushed } = newPatient(person, person.newRecordId());
    expect(answers(await person.push(pushed))).toEqual(["author-unknown"]);
    expect((await keptIn(there)).refused).toEqual([]);
  });

  test("[AD-26] missing-dependencies: though the person has left the other one", async () => {
    const person = await here.hire(["clinician"]);
    const { admin, organizationId, directory } = there;
    const gone = admin.create(typeOf("member"), {
      parentId: organizationId,
      statements: { membership: { ...membership([], []), active: false } },
    });
    expectAccepted(await admin.push(gone.pushed));
    const { recordId: memberId } = gone.replica;
    const { personId } = person.author;
    await directory.linkPerson({ organizationId, memberId }, personId);
    const { pushed, replica } = newPatient(person, here.organizationId);
    const edit = person.setField(replica, "maritalStatus", "M");
    expect(answers(await person.push(edit))).toEqual(["missing-dependencies"]);
    expect((await keptIn(there)).refused).toEqual([]);
    expectAccepted(await person.push(pushed, edit));
  });
});

describe("what an organization has refused for good is lost there, whatever another one does not know", () => {
  test("[AD-26] a refused record's changes, and what belongs to it", async () => {
    const person = await here.hire(["receptionist"]);
    await joinAlso(there, person, ["receptionist"]);
    const { pushed, replica } = person.create(typeOf("team"), {
      parentId: here.organizationId,
    });
    expect(answers(await person.push(pushed))).toEqual(["not-permitted"]);
    const edit = person.setField(replica, "name", "Ward");
    const child = person.create(typeOf("appointment"), {
      parentId: replica.recordId,
    });
    expect(answers(await person.push(edit, child.pushed))).toEqual([
      "depends-on-refused",
      "depends-on-refused",
    ]);
    expect((await keptIn(here)).refused).toHaveLength(3);
    expect(await keptIn(there)).toEqual({ refused: [], waiting: 0 });
  });

  test("[AD-26] what a former reader wrote about a record of one of them", async () => {
    const person = await here.hire(["technician"]);
    await joinAlso(there, person, ["technician"]);
    const job = person.create(typeOf("serviceJob"), { parentId: here.teamId });
    expectAccepted(await person.push(job.pushed));
    const { admin } = here;
    const elsewhere = membership(["technician"], []);
    expectAccepted(
      await admin.push(admin.sign(person.member, "membership", elsewhere)),
    );
    const edit = person.setField(job.replica, "priority", "urgent");
    expect(answers(await person.push(edit))).toEqual(["not-permitted"]);
    expect((await keptIn(here)).refused).toHaveLength(1);
    expect((await keptIn(there)).refused).toEqual([]);
  });
});
