/** What somebody wrote offline who lost a team or a role meanwhile, and with it the record. */
import { createMemoryStore, type ChangeHash } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";
import { noteDelivered, readKeyOf } from "../log/deliveries.ts";
import { recordsTable } from "../log/log-tables.ts";
import { serverTables } from "../server-tables.ts";
import { findRefused, refusedBytesOf } from "./refusals.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  membership,
  typeOf,
  type Colleague,
  type World,
} from "./world.test-support.ts";

type Hired = Awaited<ReturnType<World["hire"]>>;

let world: World;
let technician: Hired;
let colleague: Hired;

beforeEach(async () => {
  const store = createMemoryStore({ tables: serverTables });
  world = await createWorld(createWorldDeps(store));
  technician = await world.hire(["technician"]);
  colleague = await world.hire(["technician"]);
});

async function newJob(author: Colleague) {
  const made = author.create(typeOf("serviceJob"), { parentId: world.teamId });
  expectAccepted(await author.push(made.pushed));
  return made.replica;
}

/** Everything of the team's log so far. */
function sendTo({ author }: Colleague, recordType = "serviceJob") {
  return world.store.write(world.organizationId, async (tx) => {
    const rows = await tx.scan(recordsTable);
    for (const scopeId of new Set(rows.map(({ value }) => value.scopeId)))
      await noteDelivered(
        tx,
        {
          deviceId: author.deviceId,
          scopeId,
          readKey: readKeyOf([recordType]),
          fromSequence: 0,
          toSequence: 1_000,
        },
        1,
      );
  });
}

async function takeFromTeam({ member }: Hired) {
  const content = membership(["technician"], []);
  const { admin } = world;
  expectAccepted(await admin.push(admin.sign(member, "membership", content)));
}

function keptBytesOf(hash: ChangeHash) {
  return world.store.read(world.organizationId, async (tx) => {
    const [refused] = await findRefused(tx, hash);
    return refused && (await refusedBytesOf(tx, refused));
  });
}

test("[AD-25] what was sent to their device is no news: what they wrote about it is refused for good, and kept", async () => {
  const job = await newJob(colleague);
  await sendTo(technician);
  const edit = technician.setField(job, "priority", "urgent");
  const onTop = technician.setField(job, "priority", "asap");
  await takeFromTeam(technician);

  const verdicts = await technician.push(edit, onTop);
  expect(answers(verdicts)).toEqual(["not-permitted", "not-permitted"]);
  expect(await technician.push(edit, onTop)).toEqual(verdicts);
  for (const [position, { bytes }] of [edit, onTop].entries()) {
    const hash = verdicts[position]?.hash;
    expect(hash && (await keptBytesOf(hash))).toEqual(bytes);
  }
});

test("[AD-25] what they wrote into is no news either, on whichever of their devices", async () => {
  const job = await newJob(technician);
  await takeFromTeam(technician);
  const elsewhere = world.onAnotherDevice(technician);
  const edit = elsewhere.setField(job, "priority", "urgent");
  expect(answers(await elsewhere.push(edit))).toEqual(["not-permitted"]);
});

test("[AD-25] what was never sent stays as one that is not there, and so does what was sent without its bytes", async () => {
  const job = await newJob(colleague);
  const edit = technician.setField(job, "priority", "urgent");
  await takeFromTeam(technician);
  const missing = ["missing-dependencies"];
  expect(answers(await technician.push(edit))).toEqual(missing);
  await sendTo(technician, "equipment");
  expect(answers(await technician.push(edit))).toEqual(missing);
  await sendTo(technician);
  expect(answers(await technician.push(edit))).toEqual(["not-permitted"]);
});
