/** Somebody writes down what was not there before. */
import type { CreateInput } from "@suture/client";
import { unfinished } from "@suture/client/testing";
import {
  appointment,
  equipment,
  patient,
  recordIdFromBytes,
  serviceJob,
  type RecordId,
  type RecordType,
} from "@suture/schema";

import type { Edit } from "../journal.ts";
import { wantedPeriod } from "./appointment-writing.ts";
import type { Desk } from "./desk.ts";
import type { Person } from "./hospital.ts";

export type NewRecordType =
  "patient" | "appointment" | "equipment" | "serviceJob";

/** Somebody at the desk creates one. */
export function createRecord(
  desk: Desk,
  person: Person,
  type: NewRecordType,
): Promise<void> {
  const { hospital, pen } = desk.house;
  const { organizationId, teams } = hospital;
  switch (type) {
    case "patient":
      return create(desk, person, patient, {
        parentId: organizationId,
        groups: {
          identity: { name: [{ text: pen.unique("N. Dube") }] },
          prescribing: {
            allergies: {
              [pen.random.uuid()]: {
                clinicalStatus: "active",
                verificationStatus: "unconfirmed",
                code: { text: pen.unique("Penicillin") },
              },
            },
          },
        },
      });
    case "appointment":
      return create(desk, person, appointment, {
        parentId: pen.random.pick([teams.avondale, teams.mbare]),
        fields: { description: pen.unique("Check-up") },
        groups: { slot: bookingFor(desk) },
      });
    case "equipment":
      return create(desk, person, equipment, {
        parentId: organizationId,
        fields: {
          deviceName: pen.unique("Pump"),
          identifiers: {
            [pen.random.uuid()]: {
              status: "active",
              value: pen.unique("Asset"),
            },
          },
        },
        groups: {
          fitness: {
            quarantine: { reason: pen.unique("New"), since: pen.date() },
          },
        },
      });
    case "serviceJob":
      return create(desk, person, serviceJob, {
        parentId: teams.service,
        fields: {
          equipmentId: desk.house.pickOfType("equipment").recordId,
          description: `${pen.unique("Makes a noise")}. `,
        },
      });
  }
}

/** With one of two doctors, at one of few times: somebody else will want the same. */
function bookingFor({ house }: Desk) {
  const { hospital, pen } = house;
  const doctors = hospital.people.filter(({ roles }) =>
    roles.includes("clinician"),
  );
  const doctor = pen.random.pick(doctors.slice(0, 2));
  return {
    status: "booked",
    period: wantedPeriod(hospital, pen),
    participants: {
      [pen.random.uuid()]: {
        kind: "practitioner",
        recordId: doctor.memberId,
        status: "accepted",
      },
      [pen.random.uuid()]: {
        kind: "patient",
        recordId: house.pickOfType("patient").recordId,
        status: "accepted",
      },
    },
  } as const;
}

async function create<R extends RecordType & { readonly type: NewRecordType }>(
  desk: Desk,
  person: Person,
  type: R,
  input: CreateInput<R>,
): Promise<void> {
  const { client, house } = desk;
  if (client === undefined) return;
  const recordId = recordIdFromBytes(house.pen.random.bytes(16));
  const created = await desk.attempt(() =>
    client.records(type).create({ ...input, recordId }),
  );
  const about = aboutNew(type, recordId, input);
  if (
    created === unfinished ||
    (!created.ok && created.error.code === "not-saved")
  ) {
    desk.note({ kind: "save-unknown", ...about }, person);
    return;
  }
  const { tally } = house.run;
  if (!created.ok) {
    const { code } = created.error;
    tally.count(`save-refused:${code}`);
    desk.note({ kind: "save-refused", recordId, code }, person);
    return;
  }
  house.addChart(type.type, recordId);
  tally.count("created");
  const hashes = created.value.history().map(({ hash }) => hash);
  desk.note({ kind: "saved", ...about, hashes }, person);
}

function aboutNew<R extends RecordType>(
  type: R,
  recordId: RecordId,
  { parentId, fields, groups }: CreateInput<R>,
) {
  const edits = [
    ...Object.entries(fields ?? {}).flatMap(([field, value]) =>
      fieldEdits(type, field, value),
    ),
    ...Object.entries(groups ?? {}).map(([group, given]): Edit => ({
      kind: "statement",
      group,
      content: wholeContent(type, group, given),
    })),
  ];
  const recordType = type.type;
  return { formId: undefined, recordId, recordType, parentId, edits };
}

function fieldEdits(
  type: RecordType,
  field: string,
  value: unknown,
): readonly Edit[] {
  switch (type.fields[field]?.kind) {
    case "text":
      return [{ kind: "text", field, inserted: String(value) }];
    case "set":
      return Object.entries(value ?? {}).map(
        ([entryId, entry]: [string, unknown]) => ({
          kind: "entry",
          field,
          entryId,
          value: entry,
        }),
      );
    default:
      return [{ kind: "scalar", field, value }];
  }
}

/** With the parts that nothing was said about as nobody had signed them. */
function wholeContent(
  type: RecordType,
  group: string,
  given: object | undefined,
): unknown {
  const parts = Object.entries(type.groups[group]?.parts ?? {});
  const initial = parts.map(([name, part]): [string, unknown] => [
    name,
    part.kind === "entries" ? {} : part.initial,
  ]);
  return { ...Object.fromEntries(initial), ...given };
}
