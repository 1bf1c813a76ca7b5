/** A person's identity as it is typed. */
import {
  dateSchema,
  type AdministrativeGender,
  type HumanName,
} from "@suture/schema";

export interface IdentityValues {
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  /** "" where it is not recorded. */
  readonly gender: string;
}

export const emptyIdentity = {
  family: "",
  given: "",
  birthDate: "",
  gender: "",
};

export interface IdentityProblems {
  readonly name: boolean;
  readonly birthDate: boolean;
}

export function identityProblems({
  family,
  given,
  birthDate,
}: IdentityValues): IdentityProblems {
  const day = birthDate.trim();
  return {
    name: family.trim() === "" && given.trim() === "",
    birthDate: day !== "" && !dateSchema.safeParse(day).success,
  };
}

/** At least one of family and given names is said. */
export function humanNameOf({
  family,
  given,
}: Pick<IdentityValues, "family" | "given">): HumanName {
  const names = given.split(/\s+/).filter((name) => name !== "");
  return {
    use: "official",
    ...(family.trim() !== "" && { family: family.trim() }),
    ...(names.length > 0 && { given: names }),
  };
}

const genders = ["female", "male", "other", "unknown"] as const;

/** Null where it is not recorded. */
export function genderOf({
  gender,
}: Pick<IdentityValues, "gender">): AdministrativeGender | null {
  return genders.find((one) => one === gender) ?? null;
}
