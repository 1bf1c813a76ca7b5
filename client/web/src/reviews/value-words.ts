/**
 * What a record says, in words: entries, values and fields of every record type, for questions, histories and print-outs. Nothing a
 * value says is left out: what has no words of its own is told part by part with its names. AU-15, AP-64.
 */
import { displayName } from "@suture/schema";

import {
  concept,
  instantOf,
  isObject,
  join,
  list,
  plainWords,
  quantity,
  recordOf,
  rest,
  textOf,
  word,
  wordOf,
  type Json,
  type Names,
} from "./word-parts.ts";

type Writer = (value: unknown, names: Names) => string | null;

/** In one line. */
export function valueWords(name: string, value: unknown, names: Names): string {
  if (value === undefined || value === null)
    return names.text.nothing[name] ?? names.text.none;
  return writers[name]?.(value, names) ?? plainWords(value, names);
}

const writers: Readonly<Record<string, Writer>> = {
  partsReplaced: object(partWords),
  safetyTest: object(safetyTestWords),
  completion: object((value, names) =>
    join([names.text.completed, instantOf(value["at"], names)]),
  ),
  medications: object(medicationWords),
  allergies: object(allergyWords),
  problems: object((value, names) =>
    list([
      concept(value["code"]),
      word(value["clinicalStatus"], names),
      word(value["verificationStatus"], names),
      rest(value, ["code", "clinicalStatus", "verificationStatus"], names),
    ]),
  ),
  pregnancy: object((value, names) =>
    list([word(value["status"], names), rest(value, ["status"], names)]),
  ),
  name: (value, names) => (Array.isArray(value) ? namesOf(value, names) : null),
  birthDate: dateWords,
  identifiers: object((value, names) =>
    list([
      join([
        concept(value["type"]) ?? textOf(value["system"]),
        textOf(value["value"]),
      ]),
      rest(value, ["type", "system", "value", "status"], names),
    ]),
  ),
  period: object((value, names) =>
    join([
      instantOf(value["start"], names),
      "–",
      instantOf(value["end"], names),
    ]),
  ),
  participants: object((value, names) =>
    list([
      textOf(value["display"]) ?? recordOf(value["recordId"], names),
      word(value["kind"], names),
      word(value["status"], names),
    ]),
  ),
  quarantine: object((value, names) =>
    join([
      `“${textOf(value["reason"]) ?? ""}”,`,
      names.text.since,
      instantOf(value["since"], names),
    ]),
  ),
  safetyNotices: object((value, names) =>
    list([textOf(value["text"]), rest(value, ["text", "status"], names)]),
  ),
  teams: recordList,
  roles: wordList,
  active: (value, names) =>
    typeof value === "boolean"
      ? value
        ? names.text.active
        : names.text.notActive
      : null,
  notes: object((value, names) =>
    list([textOf(value["text"]), rest(value, ["text", "status"], names)]),
  ),
  measurements: object(readingWords),
  readings: object(readingWords),
};

function partWords(value: Json, names: Names): string | null {
  if (value["kind"] === "none")
    return value["status"] === "entered-in-error"
      ? list([names.text.noParts, word(value["status"], names)])
      : names.text.noParts;
  return list([
    `${concept(value["code"]) ?? ""} × ${String(value["quantity"])}`,
    value["status"] === "active" ? null : word(value["status"], names),
    rest(value, ["kind", "code", "quantity", "status"], names),
  ]);
}

function safetyTestWords(value: Json, names: Names): string | null {
  const measurements = Array.isArray(value["measurements"])
    ? value["measurements"].flatMap((each) =>
        isObject(each)
          ? [
              join([
                textOf(each["name"]),
                textOf(each["value"]),
                word(each["result"], names),
              ]),
            ]
          : [],
      )
    : [];
  return list([
    word(value["result"], names),
    textOf(value["protocol"]),
    ...measurements,
    instantOf(value["at"], names),
  ]);
}

function medicationWords(value: Json, names: Names): string | null {
  const dosage = Array.isArray(value["dosage"]) ? value["dosage"] : [];
  return list([
    value["doNotPerform"] === true ? names.text.doNotGive : null,
    concept(value["code"]),
    concept(value["form"]),
    ...dosage.map((each) => (isObject(each) ? dosageWords(each, names) : null)),
    value["status"] === "active" ? null : word(value["status"], names),
    rest(
      value,
      ["doNotPerform", "code", "form", "dosage", "status", "source"],
      names,
    ),
  ]);
}

function dosageWords(value: Json, names: Names): string | null {
  const text = textOf(value["text"]);
  if (text !== null)
    return list([text, rest(value, ["text", "sequence"], names)]);
  const doses = Array.isArray(value["doseAndRate"]) ? value["doseAndRate"] : [];
  const timing = isObject(value["timing"]) ? value["timing"] : null;
  return list([
    ...doses.map((each) =>
      isObject(each)
        ? list([
            quantity(each["doseQuantity"]),
            rest(each, ["doseQuantity", "type"], names),
          ])
        : null,
    ),
    timing === null ? null : timingWords(timing, names),
    value["asNeeded"] === true ? names.text.asNeeded : null,
    rest(
      value,
      [
        "doseAndRate",
        "timing",
        "sequence",
        ...(typeof value["asNeeded"] === "boolean" ? ["asNeeded"] : []),
      ],
      names,
    ),
  ]);
}

function timingWords(value: Json, names: Names): string | null {
  const { frequency, period, periodUnit } = value;
  const often =
    typeof frequency === "number" && textOf(periodUnit) !== null
      ? names.text.often(
          frequency,
          textOf(period) ?? "1",
          textOf(periodUnit) ?? "",
        )
      : null;
  const told = often === null ? [] : ["frequency", "period", "periodUnit"];
  return list([
    textOf(value["text"]),
    often,
    rest(value, ["text", ...told], names),
  ]);
}

function allergyWords(value: Json, names: Names): string | null {
  const reactions = Array.isArray(value["reaction"]) ? value["reaction"] : [];
  return list([
    concept(value["code"]),
    value["criticality"] === undefined
      ? null
      : names.text.criticality(wordOf(value["criticality"], names)),
    value["clinicalStatus"] === "active"
      ? null
      : word(value["clinicalStatus"], names),
    value["verificationStatus"] === "confirmed"
      ? null
      : word(value["verificationStatus"], names),
    ...reactions.map((each) =>
      isObject(each)
        ? list([
            ...(Array.isArray(each["manifestation"])
              ? each["manifestation"].map(concept)
              : []),
            word(each["severity"], names),
            rest(each, ["manifestation", "severity"], names),
          ])
        : null,
    ),
    rest(
      value,
      [
        "code",
        "criticality",
        "clinicalStatus",
        "verificationStatus",
        "reaction",
        "type",
        "category",
      ],
      names,
    ),
  ]);
}

function readingWords(value: Json, names: Names): string | null {
  return list([
    join([concept(value["code"]), quantity(value["value"])]),
    value["status"] === "final" ? null : word(value["status"], names),
    rest(value, ["code", "value", "status"], names),
  ]);
}

/** Of a value that is an object. */
function object(write: (value: Json, names: Names) => string | null): Writer {
  return (value, names) => (isObject(value) ? write(value, names) : null);
}

function namesOf(value: readonly unknown[], names: Names): string | null {
  if (value.length === 0) return names.text.none;
  return list(
    value.map((each) =>
      isObject(each)
        ? displayName({
            ...(typeof each["text"] === "string" && { text: each["text"] }),
            ...(typeof each["family"] === "string" && {
              family: each["family"],
            }),
            ...strings("prefix", each["prefix"]),
            ...strings("given", each["given"]),
            ...strings("suffix", each["suffix"]),
          })
        : null,
    ),
  );
}

function strings<Name extends string>(name: Name, value: unknown) {
  const found = Array.isArray(value)
    ? value.filter((each) => typeof each === "string")
    : [];
  return found.length === 0
    ? {}
    : // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one key, as named
      ({ [name]: found } as Record<Name, string[]>);
}

/** A day is a day in every time zone. */
function dateWords(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function recordList(value: unknown, names: Names): string | null {
  if (!Array.isArray(value)) return null;
  return value.length === 0
    ? names.text.none
    : value.map((id) => recordOf(id, names) ?? String(id)).join(", ");
}

function wordList(value: unknown, names: Names): string | null {
  if (!Array.isArray(value)) return null;
  return value.length === 0
    ? names.text.none
    : value.map((each) => wordOf(each, names)).join(", ");
}
