/** Real files, where they are at hand: beside the repository, in `../shared/data`. Their README says which traps they set. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, type TestContext } from "vitest";
import { verifyAudit } from "../audit/verify-audit.ts";
import {
  counted,
  createImportWorld,
  foldsOf,
  logHeads,
  reviewCount,
} from "./import-world.test-support.ts";

const sharedData = new URL("../../../../shared/data/", import.meta.url);

/** Announces plainly that there is nothing to test with; the small fixtures beside this file prove the rules anyway. */
function needsSharedData({ skip }: TestContext): void {
  skip(!existsSync(sharedData), "shared sample data is not here");
}

const folders = [
  {
    folder: "synthea-bulk-10",
    imported: {
      AllergyIntolerance: 11,
      Condition: 555,
      Device: 16,
      Encounter: 1215,
      Location: 43,
      MedicationRequest: 1745,
      Organization: 43,
      Patient: 13,
      Practitioner: 43,
      PractitionerRole: 43,
    },
    skipped: { Immunization: 161, Location: 1 },
  },
  {
    folder: "synthea-bundles-r4",
    imported: {
      AllergyIntolerance: 7,
      Condition: 15,
      Encounter: 38,
      MedicationRequest: 16,
      Observation: 17,
      Organization: 4,
      Patient: 3,
      Practitioner: 4,
    },
    skipped: {
      CarePlan: 8,
      Claim: 54,
      DiagnosticReport: 8,
      ExplanationOfBenefit: 38,
      Immunization: 22,
      Observation: 132,
      Procedure: 4,
    },
  },
  {
    folder: "hl7-r4-examples",
    imported: {
      AllergyIntolerance: 6,
      Appointment: 3,
      Device: 2,
      Encounter: 10,
      Location: 4,
      Medication: 1,
      MedicationRequest: 40,
      MedicationStatement: 7,
      Organization: 13,
      Patient: 22,
      Practitioner: 14,
      PractitionerRole: 1,
    },
    skipped: {
      AppointmentResponse: 2,
      AuditEvent: 9,
      CareTeam: 1,
      DetectedIssue: 4,
      DeviceDefinition: 1,
      DeviceMetric: 1,
      DeviceRequest: 4,
      DeviceUseStatement: 1,
      Flag: 2,
      HealthcareService: 1,
      List: 10,
      Location: 2,
      Medication: 22,
      Provenance: 5,
      Schedule: 3,
      ServiceRequest: 20,
      Slot: 4,
      SupplyDelivery: 2,
      SupplyRequest: 1,
      Task: 12,
    },
  },
] as const;

test.for(folders)(
  "[IM-7] $folder is imported whole, once, without a review, and the audit proves it",
  { timeout: 120_000 },
  async ({ folder, imported, skipped }, context) => {
    needsSharedData(context);
    const path = fileURLToPath(new URL(folder, sharedData));
    const world = await createImportWorld();
    const report = await world.import(path);
    expect(counted(report, "imported")).toEqual(imported);
    expect(counted(report, "skipped")).toEqual(skipped);
    expect(report.failures).toEqual([]);

    const { organizationId } = report;
    const patients = await foldsOf(world.store, organizationId, "patient");
    const archived = patients.map(
      ({ fold }) => Object.keys(fold.archive("prescribing")).length,
    );
    // A real patient with over a thousand prescriptions, all but a few of them over.
    expect(Math.max(...archived) > 1_000).toBe(folder === "synthea-bulk-10");
    expect(await reviewCount(world.store, organizationId)).toBe(0);
    const before = await logHeads(world.store, organizationId);
    const again = await world.import(path);
    expect(again.changeCount).toBe(0);
    expect(counted(again, "imported")).toEqual({});
    expect(counted(again, "unchanged")).toEqual(imported);
    expect(await logHeads(world.store, organizationId)).toEqual(before);
    expect((await verifyAudit(world.store)).isIntact).toBe(true);
    await world.close();
  },
);
