import { useState } from "react";

import { deniedKind, type Allergy } from "@suture/schema";

import { useApp } from "../app/app-deps.tsx";
import { useEditForm } from "../app/use-edit-form.ts";
import { dayText } from "../appointments/local-day.ts";
import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import { useText } from "../text/use-text.ts";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";
import {
  changedAllergy,
  denialOf,
  newAllergy,
  type AllergyKind,
  type AllergyStatus,
} from "./allergy-entry.ts";
import { prescribingShown } from "./prescribing-shown.ts";
import { SignForm, type SignFormProps } from "./sign-form.tsx";

/** An allergy, or that none is known; new, or one that no longer holds. SPEC AP-30. */
export function AllergyForm({ record, entryId, candidate }: SignFormProps) {
  const { chart } = useText();
  const { clock } = useApp();
  const names = useNames();
  const [before] = useState<Allergy | undefined>(() =>
    entryId === null
      ? undefined
      : prescribingShown(record, candidate?.opId)?.allergies[entryId],
  );
  const form = useEditForm({
    record,
    key: `sign-allergy/${entryId ?? "new"}`,
    initial: {
      kind: "substance",
      substance: "",
      category: "medication",
      criticality: "high",
      reaction: "",
      status: "active",
      reason: "",
    },
    ...(candidate !== undefined && { candidate }),
  });
  const { value, set } = form;
  const [isChecked, setIsChecked] = useState(false);
  const kind = oneOf<AllergyKind>(
    ["substance", "none", "noneToDrugs"],
    value.kind,
  );
  const status = oneOf<AllergyStatus>(
    ["active", "resolved", "refuted", "entered-in-error"],
    value.status,
  );
  const category = oneOf(
    ["medication", "food", "environment", "biologic"],
    value.category,
  );
  const criticality = oneOf(
    ["high", "low", "unable-to-assess"],
    value.criticality,
  );
  const isNameless = kind === "substance" && value.substance.trim() === "";
  const sign = () => {
    setIsChecked(true);
    if (entryId === null && isNameless) return Promise.resolve(false);
    return form.save(({ prescribing: { allergies } }) => {
      // The day: two who write down the same say the same. When it was signed, the signature says.
      const recordedDate = dayText(clock.now());
      if (entryId !== null) {
        const entry = allergies.entries[entryId];
        if (entry === undefined) return chart.gone;
        const changed = changedAllergy(entry, status);
        if (status === "active") allergies.update(entryId, changed);
        else allergies.end(entryId, changed);
        return null;
      }
      if (kind !== "substance") {
        const text =
          kind === "none" ? chart.noKnownAllergy : chart.noKnownDrugAllergy;
        allergies.add(denialOf(kind, text, recordedDate));
        return null;
      }
      endDenied(allergies, category);
      allergies.add(
        newAllergy({ ...value, category, criticality, recordedDate }),
      );
      return null;
    }, value.reason.trim());
  };
  return (
    <SignForm record={record} form={form} sign={sign}>
      {entryId !== null ? (
        <>
          {before !== undefined && (
            <p>
              <strong>{valueWords("allergies", before, names)}</strong>
            </p>
          )}
          <SelectField
            label={chart.status}
            value={status}
            choices={choicesOf(chart.allergyStatus)}
            onChange={(chosen) => set({ status: chosen })}
          />
        </>
      ) : (
        <>
          <SelectField
            label={chart.allergyKind}
            value={kind}
            choices={choicesOf(chart.allergyKinds)}
            onChange={(chosen) => set({ kind: chosen })}
          />
          {kind === "substance" && (
            <>
              <TextField
                label={chart.substance}
                value={value.substance}
                error={isChecked && isNameless ? chart.needed : undefined}
                onChange={(substance) => set({ substance })}
              />
              <div className="form-row">
                <SelectField
                  label={chart.category}
                  value={category}
                  choices={choicesOf(chart.categories)}
                  onChange={(chosen) => set({ category: chosen })}
                />
                <SelectField
                  label={chart.criticality}
                  value={criticality}
                  choices={choicesOf(chart.criticalities)}
                  onChange={(chosen) => set({ criticality: chosen })}
                />
              </div>
              <TextField
                label={chart.reaction}
                hint={chart.reactionHint}
                value={value.reaction}
                onChange={(reaction) => set({ reaction })}
              />
            </>
          )}
        </>
      )}
    </SignForm>
  );
}

interface AllergiesDraft {
  readonly entries: Readonly<Record<string, Allergy>>;
  end(entryId: string, ended: Allergy): void;
}

/** An allergy refutes whoever wrote that there is none of its kind: both cannot stand in one statement. */
function endDenied(allergies: AllergiesDraft, category: string): void {
  for (const [entryId, entry] of Object.entries(allergies.entries)) {
    const denied = deniedKind(entry);
    if (denied === "every" || denied === category)
      allergies.end(entryId, { ...entry, verificationStatus: "refuted" });
  }
}

function choicesOf<V extends string>(words: Readonly<Record<V, string>>) {
  return Object.entries<string>(words).map(([value, label]) => ({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its own keys
    value: value as V,
    label,
  }));
}

/** What was kept may be of an older form. */
function oneOf<V extends string>(
  values: readonly [V, ...V[]],
  kept: string,
): V {
  return values.find((value) => value === kept) ?? values[0];
}
