/**
 * What is admitted, by kind of change: composed once for all rounds, by people of one organization who each write in records of
 * their own, as a device does that stays switched on. Half is admitted before time counts. SPEC BE-9.
 */
import {
  appointment,
  equipment,
  initialContent,
  patient,
  randomUuid,
  recordIdFromBytes,
  serviceJob,
  type Content,
  type Random,
  type RecordType,
} from "@suture/schema";
import { systemRandom } from "@suture/client/node";

import { inTurns } from "../steady-edits.ts";
import { noteText } from "../storm-work.ts";
import type { HospitalDevice } from "../peers/suture-hospital.ts";
import { WrittenRecord, type WrittenChange } from "../peers/written-record.ts";

export const admitKinds = [
  "a field",
  "an entry",
  "a creation",
  "a booking",
  "a small statement",
  "a 4 KB statement",
  "a contested statement",
  "a count",
  "a word of a text",
] as const;
export type AdmitKind = (typeof admitKinds)[number];

/** Of one person: what has to be there first, and then the changes in their order. */
interface Written {
  readonly before: readonly WrittenChange[];
  readonly changes: readonly WrittenChange[];
}

export interface AdmitWork {
  /** By person, in order. */
  readonly before: readonly (readonly WrittenChange[])[];
  readonly kinds: ReadonlyMap<AdmitKind, readonly (readonly WrittenChange[])[]>;
}

/** As long a history as a storm's records have, twice. */
const changesPerRecord = 10;
const atMs = Date.UTC(2026, 0, 5, 8);
const given: { readonly random: Random; readonly atMs: number } = {
  random: systemRandom,
  atMs,
};

type Compose = (author: HospitalDevice, count: number) => Written;

const composeByKind: Readonly<Record<AdmitKind, Compose>> = {
  "a field": onJobs((job, _author, number) =>
    job.edit("requester", `Ward ${number}: asked again by telephone`),
  ),
  "an entry": onJobs((job, _author, number) =>
    job.edit(
      `notes/${randomUuid(systemRandom)}`,
      noteText(`Seen on the ward, pressure held for ${number} minutes.`),
    ),
  ),
  "a creation": (author, count) => ({
    before: [],
    changes: times(count, (number) => newJob(author, number).created),
  }),
  "a booking": (author, count) => ({
    before: [],
    changes: times(count, (number) => booking(author, number)),
  }),
  "a small statement": onJobs((job, author, number) =>
    job.signNext(author, "service", onePart(number)),
  ),
  "a 4 KB statement": onRecords(newPatient, (record, author, number) =>
    record.signNext(author, "prescribing", manyMedications(number)),
  ),
  /** Each opens a review task. */
  "a contested statement": (author, count) => {
    const contests = times(count, (number) => {
      const { record, created } = newJob(author, number);
      const sign = (part: number) =>
        record.sign(author, "service", onePart(part), [created.hash]);
      return { before: [created, sign(1)], change: sign(2) };
    });
    return {
      before: contests.flatMap(({ before }) => before),
      changes: contests.map(({ change }) => change),
    };
  },
  "a count": onRecords(newEquipment, (record) => record.count("useCount", 1)),
  /** Each is tried in another thread first. */
  "a word of a text": onRecords(
    (author, number) => {
      const { record, created } = newJob(author, number);
      return { record, created, begun: record.begin("description") };
    },
    (record) => record.type("description", "checked "),
  ),
};

/** Of a kind that takes a hundred times as long as others, a tenth is enough. */
const shareOf: Partial<Readonly<Record<AdmitKind, number>>> = {
  "a word of a text": 0.1,
};
/** Of one person. */
const leastChanges = 4;

/** So many of each kind, a share of each by everybody. */
export function composeWork(
  people: readonly HospitalDevice[],
  countPerKind: number,
): AdmitWork {
  const each = (kind: AdmitKind) =>
    Math.max(
      leastChanges,
      Math.ceil((countPerKind * (shareOf[kind] ?? 1)) / people.length),
    );
  const before: WrittenChange[][] = people.map(() => []);
  const kinds = new Map(
    admitKinds.map((kind) => [
      kind,
      people.map((person, at) => {
        const written = composeByKind[kind](person, each(kind));
        before[at]?.push(...written.before);
        return written.changes;
      }),
    ]),
  );
  return { before, kinds };
}

interface Begun {
  readonly record: WrittenRecord;
  readonly created: WrittenChange;
  readonly begun?: WrittenChange;
}

/** Some records, written in turns. */
function onRecords(
  begin: (author: HospitalDevice, number: number) => Begun,
  write: (
    record: WrittenRecord,
    author: HospitalDevice,
    number: number,
  ) => WrittenChange,
) {
  return (author: HospitalDevice, count: number): Written => {
    const records = times(Math.ceil(count / changesPerRecord), (number) =>
      begin(author, number),
    );
    const changesOfEach = records.map(({ record }) =>
      times(changesPerRecord, (number) => write(record, author, number)),
    );
    return {
      before: records.flatMap(({ created, begun }) =>
        begun === undefined ? [created] : [created, begun],
      ),
      changes: inTurns(changesOfEach)
        .map(({ item }) => item)
        .slice(0, count),
    };
  };
}

function onJobs(write: Parameters<typeof onRecords>[1]) {
  return onRecords(newJob, write);
}

function newRecord(type: RecordType): WrittenRecord {
  const recordId = recordIdFromBytes(systemRandom.bytes(16));
  return new WrittenRecord(type, recordId, given);
}

function newJob(author: HospitalDevice, number: number): Begun {
  const record = newRecord(serviceJob);
  const fields = { requester: `Ward ${number}: asked for at the desk` };
  const created = record.create(author, { parentId: author.teamId, fields });
  return { record, created };
}

function newEquipment(author: HospitalDevice, number: number): Required<Begun> {
  const record = newRecord(equipment);
  const fields = { deviceName: `Infusion pump ${number}` };
  const created = record.create(author, {
    parentId: author.organizationId,
    fields,
  });
  return { record, created, begun: record.begin("useCount") };
}

function newPatient(author: HospitalDevice): Begun {
  const record = newRecord(patient);
  const created = record.create(author, {
    parentId: author.organizationId,
    fields: { maritalStatus: "M" },
    groups: { prescribing: manyMedications(0) },
  });
  return { record, created };
}

/** Half an hour of one person each, none over another. */
function booking(author: HospitalDevice, number: number): WrittenChange {
  const startMs = atMs + number * 1_800_000;
  return newRecord(appointment).create(author, {
    parentId: author.teamId,
    fields: { description: "Follow-up" },
    groups: {
      slot: {
        ...initialContent(appointment.groups.slot),
        status: "booked",
        period: { start: instant(startMs), end: instant(startMs + 1_800_000) },
        participants: {
          [randomUuid(systemRandom)]: {
            kind: "practitioner",
            recordId: author.memberId,
            status: "accepted",
          },
        },
      },
    },
  });
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

const partId = randomUuid(systemRandom);

function onePart(number: number): Content {
  return {
    ...initialContent(serviceJob.groups.service),
    partsReplaced: {
      [partId]: {
        kind: "part",
        status: "active",
        code: { text: "Pressure sensor" },
        quantity: number + 1,
      },
    },
  };
}

const medicationIds = times(13, () => randomUuid(systemRandom));

/** Somebody who takes much; the first of it was changed. */
function manyMedications(number: number): Content {
  const medication = (doses: number, at: number) => ({
    status: "active",
    code: { text: `Medicine ${at}` },
    authoredOn: "2026-01-05",
    dosage: [{ text: `${doses} tablet in the morning` }],
    reason: [{ text: "Hypertension" }],
    source: { kind: "request", display: "Cardiology outpatients" },
    note: "Take with water, half an hour before breakfast.",
  });
  const medications = Object.fromEntries(
    medicationIds.map(
      (id, at) => [id, medication(at === 0 ? number + 1 : 1, at)] as const,
    ),
  );
  return { ...initialContent(patient.groups.prescribing), medications };
}

function times<T>(count: number, make: (number: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, number) => make(number));
}
