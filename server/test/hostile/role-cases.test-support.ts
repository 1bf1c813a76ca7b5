/** Honest bytes by people whose role does not allow them. */
import {
  canonicalize,
  entryKey,
  equipment,
  patient,
  serviceJob,
} from "@suture/schema";
import {
  first,
  identityOf,
  prescribing,
} from "../../src/admission/contents.test-support.ts";
import { membership, typeOf } from "../../src/admission/world.test-support.ts";
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { creating, edits, signsIn } from "./written-by.test-support.ts";

const permit = "server/src/admission/permit.ts";
const touches =
  "refused not-permitted: it touches what its author may not write";
const signs =
  "refused not-permitted: it signs or resolves what its author may not";
const creates =
  "refused not-permitted: it creates a record of a type its author may not";

const ofPatient = ({ patient: record }: House) => record;
const memberOf = (actor: Actor) => {
  if (actor.member === undefined) throw new Error("nobody hired them");
  return actor.member;
};
const roles: readonly HostileCase[] = [
  {
    name: "a receptionist prescribes",
    attacks: "medications",
    check: `${permit}: maySign`,
    expected: signs,
    attack: signsIn("receptionist", ofPatient, "prescribing", () =>
      prescribing({}, { [first]: allergy }),
    ),
  },
  {
    name: "a receptionist enters a weight, from which doses follow",
    attacks: "measurements",
    check: `${permit}: mayWrite`,
    expected: touches,
    attack: edits(
      "receptionist",
      ofPatient,
      entryKey("measurements", first),
      canonicalize({
        status: "final",
        code: { text: "Body weight" },
        value: { value: "7", unit: "kg" },
      }),
    ),
  },
  {
    name: "an auditor writes",
    attacks: "the independence of who audits",
    check: `${permit}: mayWrite`,
    expected: touches,
    attack: edits("auditor", ofPatient, "maritalStatus", "M"),
  },
  {
    name: "an auditor signs",
    attacks: "the independence of who audits",
    check: `${permit}: maySign`,
    expected: signs,
    attack: signsIn("auditor", ofPatient, "identity", () =>
      identityOf("1970-01-01"),
    ),
  },
  {
    name: "a clinician takes equipment back into service",
    attacks: "equipment that somebody quarantined",
    check: `${permit}: maySign`,
    expected: signs,
    attack: signsIn(
      "clinician",
      ({ technician, organizationId }) =>
        technician.newRecord(equipment, organizationId),
      "fitness",
      () => ({
        operationalStatus: "out-of-service",
        quarantine: null,
        safetyNotices: {},
      }),
    ),
  },
  {
    name: "a clinician archives what only a technician may",
    attacks: "parts that were replaced",
    check: `${permit}: mayEdit, archive`,
    expected: touches,
    attack: edits(
      "clinician",
      ({ technician, north }) => technician.newRecord(serviceJob, north),
      `archive/service/${first}`,
      canonicalize({ kind: "none", status: "entered-in-error" }),
    ),
  },
  {
    name: "a clinician makes themselves admin",
    attacks: "every other right",
    check: `${permit}: maySign`,
    expected: signs,
    attack: (house) =>
      signsIn(
        "clinician",
        ({ clinician }) => memberOf(clinician),
        "membership",
        ({ north }) => membership(["admin", "clinician"], [north]),
      )(house),
  },
  {
    name: "a manager hires somebody as admin",
    attacks: "every other right",
    check: `${permit}: mayCreate`,
    expected: creates,
    attack: ({ manager, organizationId }) =>
      manager.answerTo(
        manager.create(typeOf("member"), {
          parentId: organizationId,
          statements: { membership: membership(["admin"], []) },
        }).pushed,
      ),
  },
  {
    name: "a clinician opens a clinic",
    attacks: "scopes",
    check: `${permit}: mayCreate`,
    expected: creates,
    attack: creating(
      "clinician",
      typeOf("team"),
      ({ organizationId }) => organizationId,
    ),
  },
  {
    name: "a technician creates a patient",
    attacks: "patients",
    check: "server/src/admission/judge-change.ts: mayCreate",
    expected: creates,
    attack: creating(
      "technician",
      patient,
      ({ organizationId }) => organizationId,
    ),
  },
  {
    name: "a clinician moves a job to another team",
    attacks: "who replicates it",
    check: `${permit}: mayMove`,
    expected: touches,
    attack: async (house) => {
      const { clinician, technician, north, south } = house;
      const replica = await technician.newRecord(serviceJob, north);
      return clinician.answerTo(
        clinician.compose(replica, [{ key: "parentId", set: south }]),
      );
    },
  },
  {
    name: "a manager enters a weight",
    attacks: "measurements, by who may do most other things",
    check: `${permit}: mayWrite`,
    expected: touches,
    attack: edits(
      "manager",
      ofPatient,
      entryKey("measurements", first),
      canonicalize({
        status: "final",
        code: { text: "Body weight" },
        value: { value: "7", unit: "kg" },
      }),
    ),
  },
];

const allergy = {
  clinicalStatus: "active",
  verificationStatus: "confirmed",
  code: { text: "latex" },
};

export const roleCases: readonly HostileCase[] = roles;
