/** An import into an organization where people work: what they changed stays theirs. */
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  createMemoryStore,
  decodeChange,
  defaultChangeLimits,
  entriesOf,
  patient,
  readGroup,
  type Content,
  type RecordFold,
  type RecordId,
} from "@suture/schema";
import { Replica } from "../admission/author.test-support.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  membership,
  newAuthor,
  typeOf,
  type Colleague,
  type World,
} from "../admission/world.test-support.ts";
import { createAdmission } from "../admission/admit-batch.ts";
import { auditTable } from "../audit/audit-tables.ts";
import { verifyAudit } from "../audit/verify-audit.ts";
import { changeBytesTable, changeIndexTable } from "../log/log-tables.ts";
import { serverTables } from "../server-tables.ts";
import {
  counted,
  fixture,
  foldsOf,
  reviewCount,
  runImport,
} from "./import-world.test-support.ts";
import type { Imported } from "./import-fhir.ts";
import { importSigner, operatorDirectory, operatorId } from "./operator.ts";

let folder: string;
let world: World;
let runCount = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "import-beside-"));
  cpSync(fixture("clinic"), folder, { recursive: true });
  world = await createWorld(
    createWorldDeps(createMemoryStore({ tables: serverTables })),
  );
});
afterEach(async () => {
  await world.store.close();
  rmSync(folder, { recursive: true, force: true });
});

test("[IM-8] the import joins an organization that is there, by itself, and the audit says so", async () => {
  const report = await importFolder();
  expect(report.isNewOrganization).toBe(false);
  expect(report.organizationId).toBe(world.organizationId);
  const signer = importSigner(world.organizationId);
  expect(await auditEntries()).toContainEqual({
    event: "operator-joined",
    ...signer,
  });
  expect((await verifyAudit(world.store)).isIntact).toBe(true);
});

test("[IM-8] an admin who deactivates the import ends it; what it wrote stays", async () => {
  await importFolder();
  const member = await replicaOf(
    "member",
    importSigner(world.organizationId).memberId,
  );
  expectAccepted(
    await world.admin.push(
      world.admin.sign(member, "membership", {
        ...membership(["admin"], []),
        active: false,
      }),
    ),
  );
  edit("patients.ndjson", "2 puffs", "1 puff");
  expect(await runImport(world.store, [folder], 7)).toMatchObject({
    ok: false,
    error: { code: "import-deactivated" },
  });
});

test("[IM-8] the operator's door lets in its own member record and nothing else before that", async () => {
  const { organizationId, teamId, store, random } = world;
  const admission = createAdmission({
    ...createWorldDeps(store, 5),
    directory: operatorDirectory(organizationId),
    operator: operatorId,
  });
  const { deviceId } = importSigner(organizationId);
  const { admin } = world;
  const { pushed } = admin.create(typeOf("appointment"), { parentId: teamId });
  const { verdicts } = await admission.admit(
    { personId: operatorId, deviceId },
    [pushed],
  );
  expect(answers(verdicts)).toEqual(["not-permitted"]);
  // Nor does anybody else get through it, nor the operator where there is none.
  const stranger = await admission.admit(newAuthor(random), [pushed]);
  expect(answers(stranger.verdicts)).toEqual(["author-unknown"]);
  const listening = await world.admission.admit(
    { personId: operatorId, deviceId },
    [pushed],
  );
  expect(answers(listening.verdicts)).toEqual(["author-unknown"]);
});

test("[IM-12] what somebody changed here stays, though the source changes too; the rest of the statement follows", async () => {
  await importFolder();
  const clinician = await world.hire(["clinician"]);
  const record = await replicaOfPatient();
  const before = signed(record);
  const changed = changeEntries(before, "medications", (entry) => ({
    ...entry,
    note: "halved by the clinic",
  }));
  expectAccepted(
    await clinician.push(clinician.sign(record, "prescribing", changed)),
  );

  expect((await importFolder()).changeCount).toBe(0);
  edit("patients.ndjson", "2 puffs when needed", "1 puff at night");
  edit("patients.ndjson", '"text": "asthma"', '"text": "mild asthma"');
  const report = await importFolder();
  expect(counted(report, "imported")).toEqual({ Condition: 1 });
  expect(report.skipped.get("kept-local")).toEqual(
    new Map([["MedicationRequest", 1]]),
  );
  const after = signed(await replicaOfPatient());
  expect(after["medications"]).toEqual(changed["medications"]);
  expect(JSON.stringify(after["problems"])).toContain("mild asthma");
  // The import had read what it signed over; the clinician, here, had been sent nothing.
  const unseen = (await auditEntries()).filter(
    ({ event }) => event === "signed-unseen",
  );
  expect(unseen).toMatchObject([{ memberId: clinician.signer.memberId }]);
  expect(await reviewCount(world.store, world.organizationId)).toBe(0);
});

test("[IM-12] an open conflict is left to those who resolve it", async () => {
  await importFolder();
  const [one, other] = [
    await world.hire(["clinician"]),
    await world.hire(["clinician"]),
  ];
  const note = async (author: Colleague, text: string) => {
    const record = await replicaOfPatient();
    const content = changeEntries(signed(record), "medications", (entry) => ({
      ...entry,
      note: text,
    }));
    return author.sign(record, "prescribing", content);
  };
  const apart = [await note(one, "half"), await note(other, "double")];
  expectAccepted([
    ...(await one.push(...apart.slice(0, 1))),
    ...(await other.push(...apart.slice(1))),
  ]);
  edit("patients.ndjson", "2 puffs when needed", "1 puff at night");
  edit("patients.ndjson", "0770 100 200", "0770 100 201");
  const report = await importFolder();
  // The patient's telephone merges by itself.
  expect(counted(report, "imported")).toEqual({ Patient: 1 });
  expect(report.skipped.get("in-conflict")).toEqual(
    new Map([["MedicationRequest", 1]]),
  );
  const [record] = await patients();
  expect(record?.fold.live("prescribing")).toHaveLength(2);
});

test("[IM-12] a field that somebody rewrote stays", async () => {
  await importFolder();
  const [team] = await foldsOf(world.store, world.organizationId, "team").then(
    (found) =>
      found.filter(({ fold }) => fold.scalar("name") === "Hill Clinic"),
  );
  if (team === undefined) throw new Error("the clinic is not here");
  const replica = await replicaOf("team", team.row.recordId);
  expectAccepted(
    await world.admin.push(
      world.admin.setField(replica, "name", "Hill Clinic (closed)"),
    ),
  );
  edit("house.ndjson", "Hill Clinic", "Hill Clinic II");
  const report = await importFolder();
  expect(report.changeCount).toBe(0);
  expect(report.skipped.get("kept-local")).toEqual(
    new Map([["Organization", 1]]),
  );
});

async function importFolder(): Promise<Imported> {
  runCount += 1;
  const imported = await runImport(world.store, [folder], 100 + runCount);
  if (!imported.ok) throw new Error(imported.error.code);
  return imported.value;
}

/** Exactly one place in the file. */
function edit(name: string, from: string, to: string): void {
  const file = join(folder, name);
  const text = readFileSync(file, "utf8");
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(file, text.replace(from, to));
}

async function patients() {
  const found = await foldsOf(world.store, world.organizationId, "patient");
  return found.filter(({ fold }) => fold.live("prescribing").length > 0);
}

async function replicaOfPatient(): Promise<Replica> {
  const [found] = await patients();
  if (found === undefined) throw new Error("no patient has a prescription");
  return replicaOf("patient", found.row.recordId);
}

/** Everything the server holds of the record. */
async function replicaOf(type: string, recordId: RecordId): Promise<Replica> {
  const replica = new Replica(typeOf(type), recordId);
  await world.store.read(world.organizationId, async (tx) => {
    const rows = await tx.scan(changeIndexTable, { prefix: [recordId] });
    for (const { value } of rows) {
      const bytes = await tx.get(changeBytesTable, [recordId, value.hash]);
      const isWhole = bytes && decodeChange(bytes, defaultChangeLimits).ok;
      if (bytes === undefined || !isWhole) throw new Error("a change is gone");
      replica.receive(bytes);
    }
  });
  return replica;
}

function signed(record: Replica): Content {
  const fold: RecordFold = record.foldAt(record.index.heads());
  const reading = readGroup(
    patient.groups.prescribing,
    fold.live("prescribing"),
    fold,
  );
  if (reading.status !== "settled") throw new Error("it is in conflict");
  const [only] = fold.live("prescribing");
  if (only === undefined) throw new Error("nobody has signed");
  return fold.statementOf(only).content;
}

function changeEntries(
  content: Content,
  part: string,
  change: (entry: object) => object,
): Content {
  const entries = Object.fromEntries(
    Object.entries(entriesOf(content, part)).map(([entryId, entry]) => {
      if (typeof entry !== "object" || entry === null)
        throw new Error("an entry is an object");
      return [entryId, change(entry)];
    }),
  );
  return JSON.parse(JSON.stringify({ ...content, [part]: entries })) as Content;
}

function auditEntries() {
  return world.store.read(world.organizationId, async (tx) =>
    (await tx.scan(auditTable)).map(({ value }) => value.entry),
  );
}
