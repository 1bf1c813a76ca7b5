/** For tests: one value for each field and each part of every record type that its schema accepts. */
import {
  workDigest,
  type Content,
  type JsonValue,
  type RecordId,
} from "@suture/schema";

import { medication } from "../../admission/contents.test-support.ts";

const one = "00000000-0000-4000-8000-00000000000a";
const two = "00000000-0000-4000-8000-00000000000b";
const at = "2026-01-01T10:00:00Z";
const none = { kind: "none", status: "active" } as const;
const work = { partsReplaced: { [one]: none }, safetyTest: null };
const active = { status: "active" };
const coded = { text: "in words" };
const result = {
  status: "final",
  code: coded,
  value: { value: "70", unit: "kg" },
};

/** By field, of sets an entry; what differs by type is under `type.field`. Some values name a record. */
export function sampleOf(
  type: string,
  field: string,
  recordId: RecordId,
): JsonValue {
  const samples: Readonly<Record<string, JsonValue>> = {
    name: "A name",
    displayName: "A name",
    kind: "clinic",
    memberId: recordId,
    gender: "female",
    maritalStatus: "M",
    attendance: "arrived",
    description: "In words.",
    deviceName: "Pump",
    "equipment.status": "active",
    manufacturer: "Maker",
    modelNumber: "1",
    serialNumber: "2",
    lotNumber: "3",
    manufactureDate: "2020",
    expirationDate: "2030",
    teamId: recordId,
    locationId: one,
    locationText: "Room 1",
    patientId: recordId,
    equipmentId: recordId,
    assigneeId: recordId,
    workStatus: "accepted",
    priority: "urgent",
    intent: "order",
    requester: "The ward",
    requestedStart: at,
    requestedEnd: at,
    identifiers: { ...active, value: "1" },
    telecom: { ...active, value: "1" },
    address: { ...active, city: "Harare" },
    notes: { ...active, text: "In words." },
    locations: { ...active, name: "Room 1" },
    qualification: { ...active, code: coded },
    function: { ...active, ...coded },
    specialty: { ...active, ...coded },
    serviceType: { ...active, ...coded },
    reasonCode: { ...active, ...coded },
    "equipment.type": { ...active, ...coded },
    code: { ...active, ...coded },
    languages: { ...active, language: "en" },
    communication: { ...active, language: "en" },
    contact: { ...active, organization: "A house" },
    generalPractitioner: { ...active, display: "Dr. A" },
    measurements: result,
    readings: result,
    encounter: { status: "finished" },
    udiCarrier: { ...active, deviceIdentifier: "1" },
    photo: attachment,
    attachments: attachment,
  };
  const sample = samples[`${type}.${field}`] ?? samples[field];
  if (sample === undefined) throw new Error(`no sample for ${type}.${field}`);
  return sample;
}

const attachment = {
  ...active,
  hash: "0".repeat(64),
  contentType: "text/plain",
  byteLength: 1,
};

/** What a group says before: initial content, and for a job the word that no part was replaced. */
export function contentBefore(group: string): Content {
  const contents: Readonly<Record<string, Content>> = {
    recordStatus: { status: "active" },
    membership: { roles: [], teams: [], active: false },
    prescribing: {
      medications: {},
      allergies: {},
      problems: {},
      pregnancy: null,
    },
    identity: {
      name: [],
      birthDate: null,
      gender: null,
      identifiers: {},
      deceased: null,
      link: {},
    },
    slot: { status: "proposed", period: null, participants: {} },
    fitness: {
      operationalStatus: "in-service",
      quarantine: null,
      safetyNotices: {},
    },
    service: { ...work, completion: null },
  };
  const content = contents[group];
  if (content === undefined) throw new Error(`no content for ${group}`);
  return content;
}

/** Another value of a part, that may stand beside the others' values before. */
export function changedPart(
  group: string,
  part: string,
  recordId: RecordId,
): JsonValue {
  const parts: Readonly<Record<string, JsonValue>> = {
    "recordStatus.status": "entered-in-error",
    "membership.roles": ["auditor"],
    "membership.teams": [recordId],
    "membership.active": true,
    "prescribing.medications": { [one]: medication("aspirin") },
    "prescribing.allergies": {
      [one]: {
        clinicalStatus: "active",
        verificationStatus: "confirmed",
        code: coded,
      },
    },
    "prescribing.problems": {
      [one]: { clinicalStatus: "active", code: coded },
    },
    "prescribing.pregnancy": { status: "unknown" },
    "identity.name": [{ text: "A name" }],
    "identity.birthDate": "1980",
    "identity.gender": "female",
    "identity.identifiers": { [one]: { ...active, value: "1" } },
    "identity.deceased": true,
    "identity.link": {
      [one]: { ...active, other: recordId, type: "seealso" },
    },
    "slot.status": "cancelled",
    "slot.period": {
      start: "2026-01-01T10:00:00.000Z",
      end: "2026-01-01T11:00:00.000Z",
    },
    "slot.participants": {
      [one]: { kind: "patient", status: "accepted", display: "A name" },
    },
    "fitness.operationalStatus": "out-of-service",
    "fitness.quarantine": { reason: "It smokes.", since: at },
    "fitness.safetyNotices": { [one]: { ...active, text: "Recalled." } },
    "service.partsReplaced": { [one]: none, [two]: none },
    "service.safetyTest": {
      result: "passed",
      protocol: "IEC 62353",
      measurements: [],
      at,
    },
    "service.completion": { at, closes: workDigest(work) },
  };
  const value = parts[`${group}.${part}`];
  if (value === undefined) throw new Error(`no sample for ${group}.${part}`);
  return value;
}
