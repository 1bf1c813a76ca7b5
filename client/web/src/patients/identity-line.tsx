import { useText } from "../text/use-text.ts";
import { ageInYears, nameOf, numbersOf, type Identity } from "./identity.ts";

/** A person's name as one version of their identity has it. */
export function PersonName({ identity }: { readonly identity: Identity }) {
  const { patients } = useText();
  return <>{nameOf(identity) ?? patients.nameless}</>;
}

/** Birth date with age, gender and numbers: by which a person is told from another of that name. */
export function IdentityLine({
  identity,
  nowMs,
}: {
  readonly identity: Identity;
  readonly nowMs: number;
}) {
  const { common, patients } = useText();
  const { birthDate, gender, deceased } = identity;
  const age = ageInYears(birthDate, nowMs);
  const said = [
    birthDate === null
      ? patients.bornUnknown
      : patients.born(common.partialDate(birthDate)),
    ...(age === null ? [] : [patients.years(age)]),
    ...(gender === null ? [] : [patients.genders[gender]]),
    ...numbersOf(identity),
  ];
  const isDead = deceased !== null && deceased !== false;
  return (
    <>
      {said.join(" · ")}
      {isDead && <strong> · {patients.deceased}</strong>}
    </>
  );
}
