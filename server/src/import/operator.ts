/**
 * Who imports: the operator, by a member record of its own in each organization, "FHIR import", which nobody signs in as.
 *
 * Everything an import writes is signed by that member on a device of its own, so history says truthfully that the import
 * wrote it. The record is created by itself, through the door that admission keeps for whoever owns the data directory
 * (`AdmissionDeps.operator`), and stands in the audit as `operator-joined`. An admin who deactivates it ends all imports.
 */
import {
  deviceIdSchema,
  encodeUtf8,
  err,
  ok,
  personIdSchema,
  randomUuid,
  recordIdFromBytes,
  sha256,
} from "@suture/schema";
import type { DeviceId, RecordId, Role } from "@suture/schema";
import type { MemberDirectory } from "../admission/admit-batch.ts";
import type { Author, Signer } from "../admission/judgement.ts";

/** No account has it: accounts draw theirs. */
export const operatorId = personIdSchema.parse("operator");

/** What it takes to write every type of record. */
export const importRoles: readonly Role[] = [
  "admin",
  "clinician",
  "manager",
  "receptionist",
  "technician",
];

/** The same at every import, so that a later one knows what earlier ones wrote. */
export function importSigner(organizationId: RecordId): Signer {
  return {
    memberId: recordIdFromBytes(derivedBytes("member", organizationId)),
    deviceId: importDeviceId(organizationId),
  };
}

export function importAuthor(organizationId: RecordId): Author {
  return { personId: operatorId, deviceId: importDeviceId(organizationId) };
}

/** Knows the operator, and only in this organization. Links nobody: no account stands behind it. */
export function operatorDirectory(organizationId: RecordId): MemberDirectory {
  const { memberId } = importSigner(organizationId);
  return {
    membersOfPerson: async (personId) =>
      personId === operatorId ? [{ organizationId, memberId }] : [],
    linkPerson: async (membership, personId) =>
      personId === operatorId && membership.memberId === memberId
        ? ok(undefined)
        : err("not the operator"),
  };
}

function importDeviceId(organizationId: RecordId): DeviceId {
  const bytes = derivedBytes("device", organizationId);
  return deviceIdSchema.parse(randomUuid({ bytes: () => bytes.slice() }));
}

function derivedBytes(what: string, organizationId: RecordId): Uint8Array {
  return sha256(encodeUtf8(`suture import ${what} ${organizationId}`)).slice(
    0,
    16,
  );
}
