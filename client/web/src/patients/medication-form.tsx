import { useState } from "react";

import type { Medication } from "@suture/schema";

import { useApp } from "../app/app-deps.tsx";
import { useEditForm } from "../app/use-edit-form.ts";
import { dayText } from "../appointments/local-day.ts";
import { useText } from "../text/use-text.ts";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";
import { conceptName } from "./concept-name.ts";
import { prescribingShown } from "./prescribing-shown.ts";
import { SignForm, type SignFormProps } from "./sign-form.tsx";

type Status =
  "active" | "on-hold" | "stopped" | "completed" | "entered-in-error";

/** A medication, new or changed: what, how it is taken, and whether it goes on. SPEC AP-30. */
export function MedicationForm({ record, entryId, candidate }: SignFormProps) {
  const { chart } = useText();
  const { clock } = useApp();
  // As it stood when the form was opened; what it says later is told beside the form.
  const [before] = useState(() =>
    entryId === null
      ? undefined
      : prescribingShown(record, candidate?.opId)?.medications[entryId],
  );
  const form = useEditForm({
    record,
    key: `sign-medication/${entryId ?? "new"}`,
    initial: {
      name: (before && conceptName(before.code)) ?? "",
      dosage: before?.dosage?.[0]?.text ?? "",
      status: "active",
      reason: "",
    },
    ...(candidate !== undefined && { candidate }),
  });
  const { value, set } = form;
  const [isChecked, setIsChecked] = useState(false);
  const sign = () => {
    setIsChecked(true);
    const name = value.name.trim();
    if (name === "") return Promise.resolve(false);
    return form.save(({ prescribing: { medications } }) => {
      const dosage = value.dosage.trim();
      const status = statusOf(value.status);
      if (entryId === null) {
        // The day: two who write down the same say the same. When it was signed, the signature says.
        const authoredOn = dayText(clock.now());
        medications.add({
          status,
          code: { text: name },
          ...(dosage !== "" && { dosage: [{ text: dosage }] }),
          authoredOn,
          source: { kind: "request", intent: "order" },
        });
        return null;
      }
      const entry = medications.entries[entryId];
      if (entry === undefined) return chart.gone;
      const changed = changedMedication(entry, { dosage, status });
      if (status === "active" || status === "on-hold")
        medications.update(entryId, changed);
      else medications.end(entryId, changed);
      return null;
    }, value.reason.trim());
  };
  const statuses: readonly Status[] =
    entryId === null
      ? ["active", "on-hold"]
      : ["active", "on-hold", "stopped", "completed", "entered-in-error"];
  return (
    <SignForm record={record} form={form} sign={sign}>
      {entryId === null ? (
        <TextField
          label={chart.medication}
          value={value.name}
          error={
            isChecked && value.name.trim() === "" ? chart.needed : undefined
          }
          onChange={(name) => set({ name })}
        />
      ) : (
        <p>
          <strong>{value.name}</strong>
        </p>
      )}
      <TextField
        label={chart.dosage}
        hint={chart.dosageHint}
        value={value.dosage}
        onChange={(dosage) => set({ dosage })}
      />
      <SelectField
        label={chart.status}
        value={statusOf(value.status)}
        choices={statuses.map((status) => ({
          value: status,
          label: chart.medicationStatus[status],
        }))}
        onChange={(status) => set({ status })}
      />
    </SignForm>
  );
}

/** A dosage in words takes the place of what was there; left as it was, all of it stays. */
function changedMedication(
  before: Medication,
  { dosage, status }: { readonly dosage: string; readonly status: Status },
): Medication {
  const { dosage: stood, ...others } = before;
  const said = stood?.[0]?.text ?? "";
  if (said === dosage) return { ...before, status };
  return {
    ...others,
    status,
    ...(dosage !== "" && { dosage: [{ text: dosage }] }),
  };
}

function statusOf(kept: string): Status {
  switch (kept) {
    case "on-hold":
    case "stopped":
    case "completed":
    case "entered-in-error":
      return kept;
    default:
      return "active";
  }
}
