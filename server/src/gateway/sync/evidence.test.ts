import { organizationScope, patient } from "@suture/schema";
import { expect, test } from "vitest";
import { unseenSignaturesTable } from "../../admission/admission-tables.ts";
import { auditTable } from "../../audit/audit-tables.ts";
import { furthestSent } from "../../log/deliveries.ts";
import { RecordWriter } from "../../sample/record-writer.ts";
import { endOfScope, found, hire, startOf } from "./house.test-support.ts";
import { emptyPrescribing, SyncWorld } from "./sync-world.test-support.ts";

/** A patient whose medications an admin has signed, and a clinician's device that has said hello and was sent nothing. */
async function signedBeforeTheyCame() {
  const world = await SyncWorld.create();
  const house = await found(world);
  const { organizationId } = house;
  const scopeId = organizationScope(organizationId);
  const record = new RecordWriter(patient, world.random);
  const admin = world.writerOf(house.admin);
  const sign = (status: string, writer = admin) =>
    record.sign(writer, {
      group: "prescribing",
      content: { ...emptyPrescribing, pregnancy: { status } },
    });
  house.adminClient.push([record.create(admin, { parentId: organizationId })]);
  house.adminClient.push([sign("pregnant")]);
  await world.settle();
  const clinician = await world.signUp("clinician");
  await hire(world, house, clinician, ["clinician"]);
  const { deviceId } = clinician;
  return {
    world,
    house,
    scopeId,
    clinician,
    signAsClinician: (status: string) =>
      sign(status, world.writerOf(clinician)),
    signAsAdmin: (status: string) => sign(status),
    sent: () =>
      world.store.read(organizationId, (tx) =>
        furthestSent(tx, deviceId, "patient", scopeId, Infinity),
      ),
    unseen: () =>
      world.store.read(organizationId, async (tx) => {
        const key = [deviceId, clinician.memberId];
        const counted = await tx.get(unseenSignaturesTable, key);
        const rows = await tx.scan(auditTable);
        const flagged = rows.filter(
          ({ value: { entry } }) =>
            entry.event === "signed-unseen" && entry.deviceId === deviceId,
        );
        return { counted: counted?.count ?? 0, flagged: flagged.length };
      }),
  };
}

test("[EV-2] naming the end of a log that one was only told of is no evidence of what lies before it", async () => {
  const { world, house, scopeId, clinician, ...scene } =
    await signedBeforeTheyCame();
  const client = world.connect(clinician);
  client.hello();
  await world.settle();
  const end = await endOfScope(world.store, house);
  client.send({ type: "pull", scopeId, cursor: end });
  await world.settle();
  client.pair.cut();
  const again = world.connect(clinician);
  again.hello({ [scopeId]: end });
  await world.settle();
  expect(await scene.sent()).toBeNull();
  again.push([scene.signAsClinician("not-pregnant")]);
  await world.settle();
  expect(again.last("verdicts")?.verdicts).toMatchObject([
    { verdict: "accepted" },
  ]);
  expect(await scene.unseen()).toEqual({ counted: 1, flagged: 1 });
});

test("[EV-2] what is sent live counts from where the device said it stood, and nothing before that", async () => {
  const { world, house, scopeId, clinician, ...scene } =
    await signedBeforeTheyCame();
  const end = await endOfScope(world.store, house);
  const client = world.connect(clinician);
  client.hello({ [scopeId]: end });
  await world.settle();
  client.send({ type: "pull", scopeId, cursor: end });
  await world.settle();
  house.adminClient.push([scene.signAsAdmin("not-pregnant")]);
  await world.settle();
  const sequence = end.sequence + 1;
  expect(await scene.sent()).toMatchObject({
    fromSequence: end.sequence,
    sequence,
  });
  // What it overwrites was sent to it.
  client.push([scene.signAsClinician("pregnant")]);
  await world.settle();
  expect(await scene.unseen()).toEqual({ counted: 0, flagged: 0 });
  client.send({ type: "pull", scopeId, cursor: startOf(scopeId, end) });
  await world.settle();
  expect(await scene.sent()).toMatchObject({ fromSequence: 0 });
});

test("[EV-3] signatures over what their device had not been sent are counted, for each device and person, for good", async () => {
  const { world, clinician, house, ...scene } = await signedBeforeTheyCame();
  const client = world.connect(clinician);
  client.hello();
  await world.settle();
  for (const [position, status] of ["not-pregnant", "pregnant"].entries()) {
    client.push([scene.signAsClinician(status)]);
    await world.settle();
    house.adminClient.push([scene.signAsAdmin("not-pregnant")]);
    await world.settle();
    const count = position + 1;
    expect(await scene.unseen()).toEqual({ counted: count, flagged: count });
  }
});
