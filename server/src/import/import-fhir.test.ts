import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  canonicalize,
  patient,
  personIdSchema,
  readGroup,
  type RecordFold,
} from "@suture/schema";
import { seededRandom } from "../admission/author.test-support.ts";
import { readMember } from "../admission/project-member.ts";
import { auditTable } from "../audit/audit-tables.ts";
import { verifyAudit } from "../audit/verify-audit.ts";
import { createInvitations } from "../identity/invitations.ts";
import { changeIndexTable } from "../log/log-tables.ts";
import {
  counted,
  createImportWorld,
  fixture,
  foldsOf,
  logHeads,
  reviewCount,
  runImport,
  type ImportWorld,
} from "./import-world.test-support.ts";
import { firstAdminId } from "./invite-first-admin.ts";
import { importSigner } from "./operator.ts";

let world: ImportWorld;
beforeEach(async () => {
  world = await createImportWorld();
});
afterEach(() => world.close());

describe("importing into data without an organization", () => {
  test("[IM-8] one is created, with the import as its only member, and the audit says so", async () => {
    const { organizationId, isNewOrganization } = await world.import(
      fixture("clinic"),
    );
    expect(isNewOrganization).toBe(true);
    const [house] = await foldsOf(world.store, organizationId, "organization");
    expect(house?.fold.scalar("name")).toBe("Imported organization");
    const events = await world.store.read(organizationId, async (tx) =>
      (await tx.scan(auditTable)).map(({ value }) => value.entry),
    );
    const signer = importSigner(organizationId);
    expect(events).toContainEqual({ event: "operator-joined", ...signer });
    expect(events.map(({ event }) => event)).not.toContain("member-linked");
    const authors = await world.store.read(organizationId, async (tx) =>
      (await tx.scan(changeIndexTable)).map(({ value }) => value.memberId),
    );
    expect(new Set(authors)).toEqual(new Set([signer.memberId]));
    expect((await verifyAudit(world.store)).isIntact).toBe(true);
  });

  test("[IM-9] everything is taken, through relative, conditional and urn:uuid: references", async () => {
    const report = await world.import(fixture("clinic"));
    expect(counted(report, "imported")).toEqual({
      AllergyIntolerance: 2,
      Appointment: 1,
      Condition: 1,
      Device: 1,
      Encounter: 2,
      Location: 1,
      MedicationRequest: 2,
      Observation: 1,
      Organization: 1,
      Patient: 2,
      Practitioner: 2,
      PractitionerRole: 1,
      Task: 1,
    });
    expect(counted(report, "skipped")).toEqual({ Immunization: 1, Task: 1 });
    expect(counted(report, "failed")).toEqual({});
    expect(report.foreignCount).toBe(1);
  });

  test("[IM-5] what is active is signed, what has ended is in the archive, and a decimal keeps its digits", async () => {
    const { organizationId } = await world.import(fixture("clinic"));
    const fold = await patientNamed("Moyo", organizationId);
    const { content } = settled(fold);
    expect(Object.keys(content.medications)).toHaveLength(1);
    expect(Object.keys(content.allergies)).toHaveLength(1);
    expect(Object.keys(content.problems)).toHaveLength(1);
    expect(Object.keys(fold.archive("prescribing"))).toHaveLength(2);
    expect(canonicalize(fold.entries("measurements"))).toContain('"72.50"');
  });

  test("[IM-10] encounters that overlap open no review: they are over", async () => {
    const { organizationId } = await world.import(fixture("clinic"));
    const visits = await foldsOf(world.store, organizationId, "appointment");
    const over = visits.filter(
      ({ fold }) => fold.scalar("attendance") === "fulfilled",
    );
    expect([visits.length, over.length]).toEqual([3, 2]);
    expect(await reviewCount(world.store, organizationId)).toBe(0);
  });
});

describe("importing again", () => {
  test("[IM-11] the same input changes nothing: every log ends where it ended", async () => {
    const { organizationId } = await world.import(fixture("clinic"));
    const before = await logHeads(world.store, organizationId);
    const again = await world.import(fixture("clinic"));
    expect(again.changeCount).toBe(0);
    expect(counted(again, "imported")).toEqual({});
    expect(counted(again, "failed")).toEqual({});
    expect(counted(again, "unchanged")).toMatchObject({ Patient: 2, Task: 1 });
    expect(await logHeads(world.store, organizationId)).toEqual(before);
  });

  test("[IM-11] a source that says something new is written where it does, and nowhere else", async () => {
    const folder = copyOfClinic();
    const { organizationId } = await world.import(folder);
    edit(folder, "patients.ndjson", "2 puffs when needed", "1 puff at night");
    edit(folder, "workshop.json", "does not stop", "stops by itself");
    const again = await world.import(folder);
    expect(again.changeCount).toBe(2);
    expect(counted(again, "imported")).toEqual({
      MedicationRequest: 1,
      Task: 1,
    });
    const { content } = settled(await patientNamed("Moyo", organizationId));
    expect(canonicalize(content.medications)).toContain("1 puff at night");
    expect((await world.import(folder)).changeCount).toBe(0);
    const audit = await verifyAudit(world.store);
    expect(audit.isIntact).toBe(true);
  });

  test("[IM-5] what has ended since leaves the statement for the archive, in one change", async () => {
    const folder = copyOfClinic();
    const { organizationId } = await world.import(folder);
    edit(
      folder,
      "patients.ndjson",
      '"status": "active", "intent"',
      '"status": "stopped", "intent"',
    );
    const again = await world.import(folder);
    expect(again.changeCount).toBe(1);
    const fold = await patientNamed("Moyo", organizationId);
    expect(settled(fold).content.medications).toEqual({});
    expect(Object.keys(fold.archive("prescribing"))).toHaveLength(3);
    expect((await world.import(folder)).changeCount).toBe(0);
  });

  test("[IM-11] a measurement is written once: a source that rewrites it is told so", async () => {
    const folder = copyOfClinic();
    await world.import(folder);
    edit(folder, "patients.ndjson", "72.50", "27.50");
    const again = await world.import(folder);
    expect(again.changeCount).toBe(0);
    expect(counted(again, "skipped")).toMatchObject({ Observation: 1 });
    expect(again.skipped.get("written-once")).toEqual(
      new Map([["Observation", 1]]),
    );
  });
});

describe("what is broken", () => {
  test("[IM-6] is reported with file and line, and the rest is imported", async () => {
    const report = await world.import(fixture("broken"));
    expect(counted(report, "imported")).toEqual({ Patient: 1 });
    expect(counted(report, "failed")).toEqual({
      AllergyIntolerance: 1,
      unreadable: 2,
    });
    expect(
      report.failures.map(({ path, line, name, reason }) => [
        path.endsWith("broken/mixed.ndjson"),
        line,
        name,
        reason,
      ]),
    ).toEqual([
      [true, 2, null, "not-json"],
      [true, 3, null, "not-a-resource"],
      [true, 4, "AllergyIntolerance/nobody", "subject-not-found"],
    ]);
  });

  test("[IM-6] a file that is no text is one failure of that file", async () => {
    const file = join(world.directory, "picture.json");
    writeFileSync(file, Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d));
    const report = await world.import(file, fixture("clinic"));
    expect(report.failures).toMatchObject([{ path: file, reason: "not-utf8" }]);
    expect(counted(report, "imported")).toMatchObject({ Patient: 2 });
  });

  test("[IM-6] every resource stands in one count exactly once", async () => {
    const { counts } = await world.import(fixture("clinic"), fixture("broken"));
    for (const [type, read] of Object.entries(counts.read))
      expect(
        (["imported", "unchanged", "skipped", "failed"] as const).reduce(
          (sum, name) => sum + (counts[name][type] ?? 0),
          0,
        ),
        type,
      ).toBe(read);
  });
});

test("[IM-8] whoever accepts the one invitation is the first admin of an organization that was created", async () => {
  const { organizationId, invitation } = await world.import(fixture("clinic"));
  if (invitation === null) throw new Error("there is no invitation");
  expect((await world.import(fixture("clinic"))).invitation).toBeNull();
  const invitations = createInvitations({
    store: world.store,
    clock: { now: () => invitation.expiresAtMs - 1 },
    random: seededRandom(4),
  });
  const personId = personIdSchema.parse("somebody");
  const accepted = await invitations.acceptInvitation(
    invitation.code,
    personId,
  );
  const memberId = firstAdminId(organizationId);
  expect(accepted).toEqual({ ok: true, value: { organizationId, memberId } });
  const row = await world.store.read(organizationId, (tx) =>
    readMember(tx, memberId),
  );
  expect(row).toMatchObject({ roles: ["admin"], isActive: true });
});

test("[IM-8] an organization that is not in the data is refused, and nothing is written", async () => {
  const { organizationId } = await world.import(fixture("clinic"));
  const before = await logHeads(world.store, organizationId);
  const unknown = await runImport(
    world.store,
    [fixture("broken")],
    9,
    importSigner(organizationId).memberId,
  );
  expect(unknown).toMatchObject({
    ok: false,
    error: { code: "organization-unknown", organizationIds: [organizationId] },
  });
  expect(await logHeads(world.store, organizationId)).toEqual(before);
});

function copyOfClinic(): string {
  const folder = join(world.directory, "clinic");
  cpSync(fixture("clinic"), folder, { recursive: true });
  return folder;
}

/** Exactly one place in the file. */
function edit(folder: string, name: string, from: string, to: string): void {
  const file = join(folder, name);
  const text = readFileSync(file, "utf8");
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(file, text.replace(from, to));
}

async function patientNamed(
  family: string,
  organizationId: Parameters<typeof foldsOf>[1],
): Promise<RecordFold> {
  const patients = await foldsOf(world.store, organizationId, "patient");
  const found = patients.find(({ fold }) =>
    canonicalize(
      fold.live("identity").map((opId) => fold.statementOf(opId).content),
    ).includes(family),
  );
  if (found === undefined) throw new Error("no such patient");
  return found.fold;
}

function settled(fold: RecordFold) {
  const reading = readGroup(
    patient.groups.prescribing,
    fold.live("prescribing"),
    fold,
  );
  if (reading.status !== "settled") throw new Error("it is in conflict");
  return reading;
}
