/** Two clinicians with a device each, and a patient that both have. */
import {
  foundClinic,
  join,
  newPatient,
  openDevice,
  TestServer,
  type Device,
} from "@suture/client/clinic-test-support";
import type { Allergy, Medication, patient } from "@suture/schema";
import type { SutureRecord } from "@suture/client";

export type PatientRecord = SutureRecord<typeof patient>;

export interface TwoClinicians {
  readonly ada: Device;
  readonly ben: Device;
  readonly server: TestServer;
  /** The same patient, on each device. */
  readonly atAda: PatientRecord;
  readonly atBen: PatientRecord;
  /** Everything of both goes to the server and comes to both. */
  sync(): Promise<void>;
}

export async function twoClinicians(): Promise<TwoClinicians> {
  const ada = await openDevice({ name: "ada" });
  const ben = await openDevice({ name: "ben" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await join(ben, organizationId, teamId, ["clinician"]);
  const sync = async () => {
    await server.takeFrom(ada);
    await server.takeFrom(ben);
    await server.deliverTo(ada);
    await server.deliverTo(ben);
    await ada.client.settle();
    await ben.client.settle();
  };
  const atAda = await newPatient(ada, organizationId);
  const identity = await atAda.edit();
  identity.draft.identity.name = [{ given: ["Alma"], family: "Alder" }];
  identity.draft.identity.birthDate = "1951-03-14";
  await identity.save();
  await sync();
  const found = await ben.client.patients.get(atAda.id);
  if (!found.ok) throw new Error(found.error.code);
  return { ada, ben, server, atAda, atBen: found.value, sync };
}

export async function prescribe(
  record: PatientRecord,
  name: string,
  others: Partial<Medication> = {},
): Promise<void> {
  const edit = await record.edit();
  edit.draft.prescribing.medications.add({
    status: "active",
    code: { text: name },
    source: { kind: "request" },
    ...others,
  });
  const saved = await edit.save();
  if (!saved.ok) throw new Error(saved.error.reason);
}

export async function recordAllergy(
  record: PatientRecord,
  name: string,
): Promise<void> {
  const edit = await record.edit();
  edit.draft.prescribing.allergies.add(allergyTo(name));
  const saved = await edit.save();
  if (!saved.ok) throw new Error(saved.error.reason);
}

function allergyTo(name: string): Allergy {
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    code: { text: name },
    category: ["medication"],
  };
}
