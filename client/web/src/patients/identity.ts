/** Who a patient is, as signed: one version while it is settled, every version while it is in conflict. */
import {
  displayName,
  type GroupContent,
  type GroupReading,
  type patient,
} from "@suture/schema";

export type IdentityReading = GroupReading<
  (typeof patient)["groups"]["identity"]["parts"]
>;
export type Identity = GroupContent<typeof patient, "identity">;

export function identitiesOf(reading: IdentityReading): readonly Identity[] {
  return reading.status === "settled"
    ? [reading.content]
    : reading.candidates.map(({ content }) => content);
}

/** The name people use: the official one, or the first. Null where none is recorded. */
export function nameOf({ name }: Identity): string | null {
  const used = name.find(({ use }) => use === "official") ?? name[0];
  return used === undefined ? null : displayName(used);
}

/** Those that count. */
export function numbersOf({ identifiers }: Identity): readonly string[] {
  return Object.values(identifiers).map(({ value }) => value);
}

/** In whole years; null where the day is not known, or lies ahead. */
export function ageInYears(
  birthDate: string | null,
  nowMs: number,
): number | null {
  if (birthDate?.length !== 10) return null;
  const [year = 0, month = 1, day = 1] = birthDate.split("-").map(Number);
  const now = new Date(nowMs);
  const hasHadBirthday =
    now.getMonth() + 1 > month ||
    (now.getMonth() + 1 === month && now.getDate() >= day);
  const age = now.getFullYear() - year - (hasHadBirthday ? 0 : 1);
  return age < 0 ? null : age;
}

/** What one version says of a person, as words to be found by. */
export function wordsOf(identity: Identity): readonly string[] {
  const { name, birthDate } = identity;
  return [
    ...name.flatMap(({ text, family, given }) => [
      ...(text === undefined ? [] : [text]),
      ...(family === undefined ? [] : [family]),
      ...(given ?? []),
    ]),
    ...(birthDate === null ? [] : [birthDate]),
    ...numbersOf(identity),
  ];
}
