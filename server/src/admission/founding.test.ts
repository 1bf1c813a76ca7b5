import { createMemoryStore, type Store } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";
import { recordsTable } from "../log/log-tables.ts";
import { serverTables } from "../server-tables.ts";
import { createAdmission, type AdmissionDeps } from "./admit-batch.ts";
import { foundersTable } from "./admission-tables.ts";
import {
  answers,
  Colleague,
  composeFounding,
  createWorld,
  createWorldDeps,
  expectAccepted,
  membership,
  newAuthor,
  typeOf,
} from "./world.test-support.ts";

let store: Store;
let deps: AdmissionDeps;
beforeEach(() => {
  store = createMemoryStore({ tables: serverTables });
  deps = createWorldDeps(store);
});

test("[AD-13] one batch founds an organization, its first admin and its first team, and links the founder", async () => {
  const admission = createAdmission(deps);
  const { founder, organization, batch, teamId } = composeFounding(
    admission,
    deps.random,
  );
  const outcome = await founder.admit(...batch);
  expectAccepted(outcome.verdicts);
  expect(outcome.membershipsChanged).toEqual([founder.signer.memberId]);
  const linked = await deps.directory.membersOfPerson(founder.author.personId);
  expect(linked).toMatchObject([
    {
      organizationId: organization.recordId,
      memberId: founder.signer.memberId,
    },
  ]);
  // From here on the founder has the rights of the member record, and no others.
  const { pushed: team } = founder.create(typeOf("team"), {
    parentId: organization.recordId,
  });
  const { pushed: patient } = founder.create(typeOf("patient"), {
    parentId: organization.recordId,
  });
  const { pushed: job } = founder.create(typeOf("serviceJob"), {
    parentId: teamId,
  });
  expect(answers(await founder.push(team, patient, job))).toEqual([
    "accepted",
    "not-permitted",
    "not-permitted",
  ]);
});

test("[AD-13] an organization without a first admin is refused, and nothing of it stays", async () => {
  const admission = createAdmission(deps);
  const { founder, organization, batch } = composeFounding(
    admission,
    deps.random,
  );
  const [alone] = batch;
  if (alone === undefined) throw new Error("nothing to push");
  expect(answers(await founder.push(alone))).toEqual(["creation-malformed"]);
  const powerless = founder.create(typeOf("member"), {
    parentId: organization.recordId,
    recordId: founder.signer.memberId,
    statements: { membership: membership(["clinician"], []) },
  });
  expect(answers(await founder.push(alone, powerless.pushed))).toEqual([
    "creation-malformed",
    "depends-on-refused",
  ]);
  expect(await store.listPartitions()).toEqual([]);
  expectAccepted(await founder.push(...batch));
});

test("[AD-13] a crash between the commit and the link is made good by the retry", async () => {
  const { directory } = deps;
  let isCrashing = true;
  const admission = createAdmission({
    ...deps,
    directory: {
      membersOfPerson: (personId) => directory.membersOfPerson(personId),
      linkPerson: async (...args) => {
        if (isCrashing) throw new Error("the process ended here");
        return directory.linkPerson(...args);
      },
    },
  });
  const { founder, organization, batch } = composeFounding(
    admission,
    deps.random,
  );
  await expect(founder.push(...batch)).rejects.toThrow("ended here");
  isCrashing = false;
  expect(answers(await founder.push(...batch))).toEqual([
    "duplicate",
    "duplicate",
    "accepted",
  ]);
  const linked = await directory.membersOfPerson(founder.author.personId);
  expect(linked).toHaveLength(1);
  const founders = await store.read(organization.recordId, (tx) =>
    tx.scan(foundersTable),
  );
  expect(founders).toHaveLength(1);
});

test("[AD-13] nobody founds an organization that is there, nor becomes its member by trying", async () => {
  const world = await createWorld(deps);
  const clinician = await world.hire(["clinician"]);
  const stranger = new Colleague(
    world.admission,
    deps.random,
    clinician.signer.memberId,
    newAuthor(deps.random),
  );
  const organization = stranger.create(typeOf("organization"), {
    parentId: null,
    recordId: world.organizationId,
  });
  const member = stranger.create(typeOf("member"), {
    parentId: world.organizationId,
    recordId: clinician.signer.memberId,
    statements: { membership: membership(["admin"], []) },
  });
  expect(
    answers(await stranger.push(organization.pushed, member.pushed)),
  ).toEqual(["author-unknown", "author-unknown"]);
  const linked = await deps.directory.membersOfPerson(stranger.author.personId);
  expect(linked).toEqual([]);
});

test("[AD-6] somebody in two organizations pushes to both in one batch, each change to where its record is", async () => {
  const one = await createWorld(deps);
  const admission = one.admission;
  const { founder, organization, batch } = composeFounding(
    admission,
    deps.random,
  );
  // The same person founds a second one, under a member record of its own.
  const both = new Colleague(admission, deps.random, founder.signer.memberId, {
    ...one.admin.author,
    deviceId: founder.signer.deviceId,
  });
  expectAccepted(await both.push(...batch));
  const here = one.onAnotherDevice(one.admin);
  const device = { ...here.author };
  const inOne = new Colleague(
    admission,
    deps.random,
    one.admin.signer.memberId,
    device,
  );
  const inOther = new Colleague(
    admission,
    deps.random,
    founder.signer.memberId,
    device,
  );
  const parents = [one.organizationId, organization.recordId];
  const teams = parents.map((parentId, number) =>
    (number === 0 ? inOne : inOther).create(typeOf("team"), { parentId }),
  );
  const names = teams.map(({ replica }, number) =>
    (number === 0 ? inOne : inOther).setField(replica, "name", "Ward"),
  );
  const outcome = await inOne.admit(
    ...teams.map(({ pushed }) => pushed),
    ...names,
  );
  expectAccepted(outcome.verdicts);
  for (const [number, partition] of parents.entries()) {
    const rows = await store.read(partition, (tx) => tx.scan(recordsTable));
    const held = rows.map(({ value }) => value.recordId);
    expect(held).toContain(teams[number]?.replica.recordId);
    expect(held).not.toContain(teams[1 - number]?.replica.recordId);
  }
  // A parent that is in neither: it waits in both, and the one that gets it judges it.
  const later = inOther.create(typeOf("team"), {
    parentId: organization.recordId,
  });
  const waits = inOther.create(typeOf("profile"), {
    parentId: later.replica.recordId,
  });
  expect(answers(await inOther.push(waits.pushed))).toEqual([
    "parent-not-here",
  ]);
  const { released } = await inOther.admit(later.pushed);
  expect(answers(released.map(({ verdict }) => verdict))).toEqual([
    "parent-wrong",
  ]);
});
