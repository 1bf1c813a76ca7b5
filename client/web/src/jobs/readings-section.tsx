/** Readings add to one another and are never contested; a wrong one is taken back, and the right one is another. SPEC AP-48. */
import { useState } from "react";

import { mayWrite, serviceJob } from "@suture/schema";

import { useApp } from "../app/app-deps.tsx";
import { useMe } from "../app/use-me.ts";
import { FormFrame } from "../forms/form-frame.tsx";
import { useEdit } from "../forms/use-edit.ts";
import { useFieldForm } from "../forms/use-field-form.ts";
import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { JobRecord } from "./job-actions.tsx";
import type { Job } from "./job-words.ts";
import { TakeBack } from "./take-back.tsx";

export function ReadingsSection({
  record,
  job,
}: {
  readonly record: JobRecord;
  readonly job: Job;
}) {
  const { jobs } = useText();
  const { roles } = useMe();
  const names = useNames();
  const { save, isSaving, problem } = useEdit(record);
  const mayAdd = mayWrite(serviceJob, "readings", roles);
  const readings = Object.entries(job.fields.readings).toSorted(
    ([, left], [, right]) =>
      (right.effectiveDateTime ?? "").localeCompare(
        left.effectiveDateTime ?? "",
      ),
  );
  return (
    <section className="job-section" aria-labelledby="readings">
      <h2 id="readings">{jobs.readingsTitle}</h2>
      {readings.length === 0 && <p className="muted">{jobs.noReadings}</p>}
      <ul className="work-list" aria-labelledby="readings">
        {readings.map(([id, reading]) => {
          const { effectiveDateTime: at, ...said } = reading;
          const words = valueWords("readings", said, names);
          const isActive = reading.status === "final";
          return (
            <li key={id} className={isActive ? "" : "taken-back"}>
              <span>
                {words}
                {at !== undefined && (
                  <span className="muted note-by"> · {names.instant(at)}</span>
                )}
              </span>
              {mayAdd && isActive && (
                <TakeBack
                  words={words}
                  isDisabled={isSaving}
                  onConfirm={() =>
                    void save((draft) => draft.readings.withdraw(id))
                  }
                />
              )}
            </li>
          );
        })}
      </ul>
      {problem !== null && (
        <Notice tone="danger" isLive>
          {problem}
        </Notice>
      )}
      {mayAdd && <ReadingForm record={record} />}
    </section>
  );
}

const empty = { name: "", value: "", unit: "" };
const decimal = /^-?(0|[1-9]\d{0,17})(\.\d{1,18})?$/;

function ReadingForm({ record }: { readonly record: JobRecord }) {
  const { jobs } = useText();
  const { clock } = useApp();
  const form = useFieldForm(record, "job-reading", empty);
  const [isOpen, setIsOpen] = useState(false);
  if (!isOpen && !form.isBegun)
    return (
      <div className="actions">
        <Button onPress={() => setIsOpen(true)}>{jobs.addReading}</Button>
      </div>
    );
  const { name, value, unit } = form.value;
  // As people write it: a comma for the point, zeros in front.
  const number = value
    .trim()
    .replace(",", ".")
    .replace(/^(-?)0+(?=\d)/, "$1");
  const isNumber = decimal.test(number);
  const save = async () => {
    const isSaved = await form.submit(
      (draft) =>
        void draft.readings.set({
          status: "final",
          code: { text: name.trim() },
          value: {
            value: number,
            ...(unit.trim() !== "" && { unit: unit.trim() }),
          },
          effectiveDateTime: new Date(clock.now()).toISOString(),
        }),
    );
    if (isSaved) setIsOpen(false);
  };
  return (
    <FormFrame
      label={jobs.addReading}
      form={form}
      saveLabel={jobs.saveReading}
      canSave={name.trim() !== "" && isNumber}
      onSave={() => void save()}
      onClose={() => setIsOpen(false)}
    >
      <TextField
        label={jobs.reading}
        hint={jobs.readingHint}
        value={name}
        onChange={(next) => form.set({ name: next })}
      />
      <div className="form-row">
        <TextField
          label={jobs.readingValue}
          inputMode="decimal"
          value={value}
          onChange={(next) => form.set({ value: next })}
          error={value === "" || isNumber ? undefined : jobs.notADecimal}
        />
        <TextField
          label={jobs.readingUnit}
          value={unit}
          onChange={(next) => form.set({ unit: next })}
        />
      </div>
    </FormFrame>
  );
}
