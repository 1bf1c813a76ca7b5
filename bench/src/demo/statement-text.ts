/** Reads statements the way a screen would show them. */
import type {
  CodeableConcept,
  GroupReading,
  JsonValue,
  patient,
  SafeEntry,
} from "@suture/schema";

type Prescribing = GroupReading<
  (typeof patient)["groups"]["prescribing"]["parts"]
>;

/** Names of what is in a settled list, sorted; null while it is in conflict. */
export function settledNames(
  reading: Prescribing | undefined,
  part: "medications" | "allergies",
): readonly string[] | null {
  if (reading?.status !== "settled") return null;
  const entries: readonly { readonly code: CodeableConcept }[] = Object.values(
    reading.content[part],
  );
  return entries.map(({ code }) => code.text ?? "").sort();
}

/** Every allergy that must be honoured meanwhile. */
export function standingAllergies(
  reading: Prescribing | undefined,
): readonly string[] {
  if (reading === undefined) return [];
  if (reading.status === "settled")
    return settledNames(reading, "allergies") ?? [];
  return reading.safe.allergies
    .filter(({ guidance }) => guidance === "stands")
    .flatMap(({ versions }) => versions.map(({ code }) => code.text ?? ""))
    .sort();
}

/** What must not be given until somebody has decided. */
export function contested<E extends JsonValue>(
  entries: readonly SafeEntry<E>[],
): readonly SafeEntry<E>[] {
  return entries.filter(({ isContested }) => isContested);
}
