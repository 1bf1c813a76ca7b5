/**
 * A day on one device, always the same: signs in, founds an organization, works online, offline and online again, restarts the
 * app, and ends. Says each thing once it is told to its person. Run with `storage-killer` in front.
 */
import type { Client, Saved, SaveProblem } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import type { ChangeHash, RecordId, Result } from "@suture/schema";
import { writeSync } from "node:fs";

import { untilHolds } from "../until-holds.ts";
import { dayEdit } from "./day-edit.ts";
import { daySetupSchema, type Told } from "./day-protocol.ts";

const { directory, url, email, password } = daySetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
const sendWithinMs = 300_000;

let client = await createNodeClient({ directory, url });
const signedIn = await client.signIn({ email, password, deviceName: "A" });
if (!signedIn.ok) throw new Error(signedIn.error.code);
tell({ told: "signed-in" });

const founded = await client.foundOrganization({
  organizationName: "A clinic",
  founderName: "Ada",
  founderRoles: ["admin", "clinician"],
  teamName: "A team",
  teamKind: "clinic",
});
if (!founded.ok) throw new Error(founded.error.reason);
const { organizationId } = founded.value;
const organization = await client.organizations.get(organizationId);
if (!organization.ok) throw new Error(organization.error.code);
tellSaved(organizationId, organization.value.heads);
await allSent(client);

const made = await client.patients.create({
  parentId: organizationId,
  groups: { identity: { birthDate: "1970-01-01" } },
});
if (!made.ok) throw new Error(made.error.reason);
const patientId = made.value.id;
tellSaved(patientId, made.value.heads);
await edit(1);
await allSent(client);

client.stopSync();
await edit(2);
await edit(3);
await allSent(client);

await edit(4);
await client.close();
client = await createNodeClient({ directory, url });
await edit(5);
await allSent(client);
await client.close();
tell({ told: "over", calls: Number(Reflect.get(globalThis, "storageCalls")) });

async function edit(number: number): Promise<void> {
  const record = await client.patients.get(patientId);
  if (!record.ok) throw new Error(record.error.code);
  tellAll(await dayEdit(record.value, number));
}

function tellAll(saved: Result<Saved, SaveProblem>): void {
  if (!saved.ok) throw new Error(saved.error.reason);
  tellSaved(patientId, saved.value.hashes);
}

async function allSent(current: Client): Promise<void> {
  current.startSync();
  const isSent = async () => (await current.unsynced()).length === 0;
  if (!(await untilHolds(current, isSent, sendWithinMs)))
    throw new Error("it was not sent");
  tell({ told: "sent" });
}

function tellSaved(recordId: RecordId, hashes: readonly ChangeHash[]): void {
  tell({ told: "saved", recordId, hashes: [...hashes] });
}

/** At once: it must not be lost with the process. */
function tell(told: Told): void {
  writeSync(1, `${JSON.stringify(told)}\n`);
}
