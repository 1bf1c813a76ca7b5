/** What people call a record: its name, of a job its equipment, of an appointment when and for whom. SPEC AP-62. */
import { displayName, type HumanName, type RecordType } from "@suture/schema";
import type { SutureRecord } from "@suture/client";

import { isObject, type Names } from "./word-parts.ts";

/** While a name is contested, every version of it: nothing is chosen for a heading. */
export function recordLabel(
  record: SutureRecord<RecordType>,
  names: Names,
): string | null {
  const { fields } = record;
  const text = (name: string) => {
    const value = fields[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  switch (record.type) {
    case "patient":
      return patientLabel(record);
    case "serviceJob": {
      const equipmentId = text("equipmentId");
      return equipmentId === null ? null : names.record(equipmentId);
    }
    case "appointment":
      return appointmentLabel(record, names);
    default:
      return text("deviceName") ?? text("displayName") ?? text("name");
  }
}

function contentsOf(
  record: SutureRecord<RecordType>,
  group: string,
): readonly Readonly<Record<string, unknown>>[] {
  const reading = record.group(group);
  const contents: readonly unknown[] =
    reading.status === "settled"
      ? [reading.content]
      : reading.candidates.map(({ content }) => content);
  return contents.filter(isObject);
}

function patientLabel(record: SutureRecord<RecordType>): string | null {
  const said = contentsOf(record, "identity").flatMap(({ name }) =>
    Array.isArray(name) && name.length > 0 && isHumanName(name[0])
      ? [displayName(name[0])]
      : [],
  );
  return joined(said);
}

function appointmentLabel(
  record: SutureRecord<RecordType>,
  names: Names,
): string | null {
  const said = contentsOf(record, "slot").map(({ period, participants }) => {
    const start =
      isObject(period) && typeof period["start"] === "string"
        ? [names.instant(period["start"])]
        : [];
    const who = isObject(participants)
      ? Object.values(participants).flatMap((each) =>
          isObject(each) && each["kind"] === "patient"
            ? [whoIs(each, names)]
            : [],
        )
      : [];
    return [...who, ...start].join(", ");
  });
  return joined(said.filter((each) => each !== ""));
}

function whoIs(
  participant: Readonly<Record<string, unknown>>,
  names: Names,
): string {
  const { recordId, display } = participant;
  if (typeof recordId === "string") return names.record(recordId);
  return typeof display === "string" ? display : "";
}

function isHumanName(value: unknown): value is HumanName {
  return (
    isObject(value) &&
    ("text" in value || "family" in value || "given" in value)
  );
}

function joined(said: readonly string[]): string | null {
  return said.length === 0 ? null : [...new Set(said)].join(" / ");
}
