import { useText } from "../text/use-text.ts";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";
import {
  genderOf,
  type IdentityProblems,
  type IdentityValues,
} from "./identity-form.ts";

export function IdentityFields({
  value,
  problems,
  onChange,
}: {
  readonly value: IdentityValues;
  /** Null while nothing is to be said of them yet. */
  readonly problems: IdentityProblems | null;
  readonly onChange: (part: Partial<IdentityValues>) => void;
}) {
  const { patients } = useText();
  return (
    <>
      <div className="form-row">
        <TextField
          label={patients.given}
          autoComplete="off"
          value={value.given}
          onChange={(given) => onChange({ given })}
        />
        <TextField
          label={patients.family}
          autoComplete="off"
          value={value.family}
          error={problems?.name === true ? patients.nameNeeded : undefined}
          onChange={(family) => onChange({ family })}
        />
      </div>
      <TextField
        label={patients.birthDate}
        hint={patients.birthDateHint}
        inputMode="numeric"
        autoComplete="off"
        value={value.birthDate}
        error={
          problems?.birthDate === true ? patients.birthDateWrong : undefined
        }
        onChange={(birthDate) => onChange({ birthDate })}
      />
      <SelectField
        label={patients.gender}
        value={genderOf(value) ?? ""}
        placeholder={patients.genderUnsaid}
        choices={[
          { value: "female", label: patients.genders.female },
          { value: "male", label: patients.genders.male },
          { value: "other", label: patients.genders.other },
          { value: "unknown", label: patients.genders.unknown },
        ]}
        onChange={(chosen) => onChange({ gender: chosen })}
      />
    </>
  );
}
