/** Composes what the sample organization consists of, person by person. */
import {
  appointment,
  entriesOf,
  equipment,
  member,
  organization,
  patient,
  randomUuid,
  serviceJob,
  team,
  workDigest,
} from "@suture/schema";
import type {
  Content,
  DeviceId,
  JsonValue,
  PartReplaced,
  Random,
  RecordId,
  SafetyTest,
} from "@suture/schema";
import type { Author } from "../admission/judgement.ts";
import { RecordWriter } from "./record-writer.ts";
import type { Writer, WrittenChange } from "./record-writer.ts";
import { sampleAppointments } from "./sample-appointments.ts";
import { sampleEquipment, sampleJobs } from "./sample-equipment.ts";
import { medication, samplePatients } from "./sample-patients.ts";
import type { SamplePatient } from "./sample-patients.ts";
import { samplePeople } from "./sample-people.ts";
import type { SamplePersonKey, SampleTeam } from "./sample-people.ts";

const minuteMs = 60_000;
const identifierSystem = "https://riverbend.example/sample-numbers";

const teamNames: Readonly<Record<SampleTeam, string>> = {
  north: "Riverbend North Clinic (sample)",
  south: "Riverbend South Clinic (sample)",
  service: "Riverbend Equipment Service (sample)",
};

/** One person's work, in order. */
export interface SampleWork {
  readonly by: SamplePersonKey;
  readonly changes: readonly WrittenChange[];
}

export class SampleHouse {
  /** Filled in as accounts are made. */
  readonly authors = new Map<SamplePersonKey, Author>();
  readonly #random: Random;
  readonly #deviceId: DeviceId;
  readonly #atMs: number;
  readonly #house: RecordWriter;
  readonly #teams: Readonly<Record<SampleTeam, RecordWriter>>;
  readonly #members: ReadonlyMap<SamplePersonKey, RecordWriter>;
  readonly #patients: readonly RecordWriter[];
  readonly #equipment: readonly RecordWriter[];

  constructor(random: Random, deviceId: DeviceId, atMs: number) {
    this.#random = random;
    this.#deviceId = deviceId;
    this.#atMs = atMs;
    this.#house = new RecordWriter(organization, random);
    this.#teams = {
      north: new RecordWriter(team, random),
      south: new RecordWriter(team, random),
      service: new RecordWriter(team, random),
    };
    this.#members = new Map(
      samplePeople.map(({ key }) => [key, new RecordWriter(member, random)]),
    );
    this.#patients = samplePatients.map(
      () => new RecordWriter(patient, random),
    );
    this.#equipment = sampleEquipment.map(
      () => new RecordWriter(equipment, random),
    );
  }

  get organizationId(): RecordId {
    return this.#house.recordId;
  }

  memberIdOf(key: SamplePersonKey): RecordId {
    return this.#memberOf(key).recordId;
  }

  /** The organization, its first admin and its teams, in one batch. */
  found(): readonly WrittenChange[] {
    const writer = this.#writer("admin");
    const parentId = this.organizationId;
    const name = "Riverbend Health (sample organization)";
    return [
      this.#house.create(writer, { parentId: null, fields: { name } }),
      this.#newMember("admin"),
      ...(["north", "south", "service"] as const).map((key) =>
        this.#teams[key].create(writer, {
          parentId,
          fields: {
            name: teamNames[key],
            kind: key === "service" ? "service-group" : "clinic",
          },
        }),
      ),
    ];
  }

  /** Everyone but the first admin. */
  hire(): readonly WrittenChange[] {
    return samplePeople
      .filter(({ key }) => key !== "admin")
      .map(({ key }) => this.#newMember(key));
  }

  work(): readonly SampleWork[] {
    return [
      { by: "clinician", changes: samplePatients.map(this.#newPatient) },
      { by: "technician", changes: this.#newEquipment() },
      { by: "technician", changes: this.#newJobs() },
      { by: "receptionist", changes: this.#newAppointments() },
      ...this.#conflict(),
    ];
  }

  #newMember(key: SamplePersonKey): WrittenChange {
    const person = samplePeople.find((candidate) => candidate.key === key);
    if (person === undefined) throw new Error("nobody of that key");
    const teams = person.teams.map((name) => this.#teams[name].recordId);
    return this.#memberOf(key).create(this.#writer("admin"), {
      parentId: this.organizationId,
      fields: { displayName: person.name },
      groups: {
        membership: {
          roles: [...person.roles],
          teams: teams.toSorted(),
          active: true,
        },
      },
    });
  }

  #newPatient = (sample: SamplePatient, number: number): WrittenChange => {
    const label = `SAMPLE-${String(number + 1).padStart(4, "0")}`;
    return this.#at(this.#patients, number).create(this.#writer("clinician"), {
      parentId: this.organizationId,
      entries: {
        telecom: this.#keyed([
          { status: "active", system: "phone", value: sample.phone },
        ]),
      },
      groups: {
        identity: {
          name: [
            {
              use: "official",
              given: [sample.given],
              family: `${sample.family} (sample)`,
            },
          ],
          birthDate: sample.birthDate,
          gender: sample.gender,
          identifiers: this.#keyed([
            { status: "active", system: identifierSystem, value: label },
          ]),
          deceased: null,
          link: {},
        },
        prescribing: this.#prescribing(sample),
      },
    });
  };

  #prescribing({ medications, allergies, problems }: SamplePatient): Content {
    return {
      medications: this.#keyed(medications),
      allergies: this.#keyed(allergies),
      problems: this.#keyed(problems),
      pregnancy: null,
    };
  }

  #newEquipment(): readonly WrittenChange[] {
    const writer = this.#writer("technician");
    const since = new Date(this.#atMs - 90 * minuteMs).toISOString();
    return sampleEquipment.map((sample, number) =>
      this.#at(this.#equipment, number).create(writer, {
        parentId: this.organizationId,
        fields: {
          deviceName: `${sample.name} (sample)`,
          status: "active",
          manufacturer: sample.maker,
          modelNumber: sample.model,
          serialNumber: `SAMPLE-${100 + number}`,
          teamId: this.#teams.service.recordId,
          locationText: sample.place,
        },
        groups: {
          fitness: {
            operationalStatus: sample.fitness,
            quarantine:
              sample.quarantine === undefined
                ? null
                : { reason: sample.quarantine, since },
            safetyNotices: this.#keyed(
              sample.notice === undefined
                ? []
                : [{ status: "active", text: sample.notice }],
            ),
          },
        },
      }),
    );
  }

  #newJobs(): readonly WrittenChange[] {
    const writer = this.#writer("technician");
    return sampleJobs.flatMap((sample) => {
      const job = new RecordWriter(serviceJob, this.#random);
      const { what, priority, workStatus } = sample;
      const created = job.create(writer, {
        parentId: this.#teams.service.recordId,
        fields: {
          equipmentId: this.#at(this.#equipment, sample.equipment).recordId,
          assigneeId: this.memberIdOf("technician"),
          workStatus,
          priority,
          intent: "order",
          requester: "Sample Manager",
        },
        entries: {
          code: this.#keyed([{ status: "active", text: what }]),
        },
      });
      if (!sample.isDone) return [created];
      const content = this.#completed();
      return [created, job.sign(writer, { group: "service", content })];
    });
  }

  #completed(): Content {
    const at = new Date(this.#atMs - 30 * minuteMs).toISOString();
    const partsReplaced: Record<string, PartReplaced> = {
      [randomUuid(this.#random)]: { kind: "none", status: "active" },
    };
    const safetyTest: SafetyTest = {
      result: "passed",
      protocol: "IEC 62353",
      measurements: [
        { name: "Protective earth", value: "0.11 Ω", result: "passed" },
      ],
      at,
    };
    const closes = workDigest({ partsReplaced, safetyTest });
    return { partsReplaced, safetyTest, completion: { at, closes } };
  }

  #newAppointments(): readonly WrittenChange[] {
    const writer = this.#writer("receptionist");
    const halfHourMs = 30 * minuteMs;
    const firstMs = Math.ceil(this.#atMs / halfHourMs) * halfHourMs;
    return sampleAppointments.map((sample) => {
      const startMs = firstMs + sample.startMinutes * minuteMs;
      const endMs = startMs + sample.minutes * minuteMs;
      const participants: readonly JsonValue[] = [
        {
          kind: "patient",
          recordId: this.#at(this.#patients, sample.patient).recordId,
          status: "accepted",
        },
        {
          kind: "practitioner",
          recordId: this.memberIdOf(sample.with),
          status: "accepted",
        },
      ];
      return new RecordWriter(appointment, this.#random).create(writer, {
        parentId: this.#teams[sample.team].recordId,
        fields: { description: sample.what, attendance: "expected" },
        groups: {
          slot: {
            status: "booked",
            period: {
              start: new Date(startMs).toISOString(),
              end: new Date(endMs).toISOString(),
            },
            participants: this.#keyed(participants),
          },
        },
      });
    });
  }

  /** Two clinicians change one patient's medications, neither having seen the other's change. */
  #conflict(): readonly SampleWork[] {
    const number = 3;
    const record = this.#at(this.#patients, number);
    const before = record.contentOf("prescribing");
    const medications = entriesOf(before, "medications");
    const seen = record.heads();
    const adding = (key: SamplePersonKey, name: string, dose: string) => {
      const added = this.#keyed([medication(name, dose)]);
      const content = {
        ...before,
        medications: { ...medications, ...added },
      };
      const group = "prescribing";
      const change = record.sign(this.#writer(key), { group, content }, seen);
      return { by: key, changes: [change] };
    };
    return [
      adding("clinician", "Naproxen 250 mg tablet", "1 tablet twice a day"),
      adding("clinician-south", "Paracetamol 500 mg tablet", "2 if needed"),
    ];
  }

  #writer(key: SamplePersonKey): Writer {
    const memberId = this.memberIdOf(key);
    return { memberId, deviceId: this.#deviceId, atMs: this.#atMs };
  }

  #memberOf(key: SamplePersonKey): RecordWriter {
    const found = this.#members.get(key);
    if (found === undefined) throw new Error("nobody of that key");
    return found;
  }

  #keyed(entries: readonly JsonValue[]): Readonly<Record<string, JsonValue>> {
    return Object.fromEntries(
      entries.map((entry) => [randomUuid(this.#random), entry]),
    );
  }

  #at(records: readonly RecordWriter[], number: number): RecordWriter {
    const found = records[number];
    if (found === undefined) throw new Error("no such sample record");
    return found;
  }
}
