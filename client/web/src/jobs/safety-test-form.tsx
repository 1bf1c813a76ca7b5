import type { OpId, SafetyTest } from "@suture/schema";

import { useApp } from "../app/app-deps.tsx";
import { FormFrame } from "../forms/form-frame.tsx";
import { useSignForm } from "../forms/use-sign-form.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { JobRecord } from "./job-actions.tsx";
import type { SettledService } from "./parts-section.tsx";
import { WorkLines } from "./work-lines.tsx";

type Measured = Readonly<Record<"name" | "value", string>>;

const empty: {
  readonly result: string;
  readonly protocol: string;
  readonly measurements: readonly Measured[];
} = { result: "", protocol: "", measurements: [] };

export function SafetyTestForm({
  record,
  reading,
  version,
  isOpen,
  setIsOpen,
}: {
  readonly record: JobRecord;
  readonly reading: SettledService;
  readonly version: OpId | null;
  readonly isOpen: boolean;
  readonly setIsOpen: (isOpen: boolean) => void;
}) {
  const { jobs } = useText();
  const { clock } = useApp();
  const form = useSignForm({
    record,
    group: "service",
    reading,
    name: "job-test",
    initial: empty,
    version,
  });
  const { value, set } = form;
  const results: readonly SafetyTest["result"][] = ["passed", "failed"];
  const result = results.find((one) => one === value.result);
  if (!isOpen && !form.isBegun)
    return (
      <div className="actions">
        <Button onPress={() => setIsOpen(true)}>
          {reading.content.safetyTest === null
            ? jobs.recordTest
            : jobs.replaceTest}
        </Button>
      </div>
    );
  const measurements = value.measurements.filter(
    ({ name, value: read }) => name.trim() !== "" || read.trim() !== "",
  );
  const isWhole = measurements.every(
    ({ name, value: read }) => name.trim() !== "" && read.trim() !== "",
  );
  const sign = async () => {
    if (result === undefined) return;
    const isSaved = await form.submit(({ service }) => {
      service.safetyTest = {
        result,
        protocol: value.protocol.trim(),
        measurements: measurements.map(({ name, value: read }) => ({
          name: name.trim(),
          value: read.trim(),
        })),
        at: new Date(clock.now()).toISOString(),
      };
    });
    if (isSaved) setIsOpen(false);
  };
  return (
    <FormFrame
      label={jobs.recordTest}
      form={form}
      saveLabel={jobs.saveTest}
      canSave={result !== undefined && value.protocol.trim() !== "" && isWhole}
      onSave={() => void sign()}
      onClose={() => setIsOpen(false)}
      now={<WorkLines content={reading.content} />}
    >
      <SelectField
        label={jobs.testResult}
        value={result ?? ""}
        placeholder="—"
        choices={results.map((one) => ({ value: one, label: jobs[one] }))}
        onChange={(one) => set({ result: one })}
        isRequired
      />
      <TextField
        label={jobs.protocol}
        hint={jobs.protocolHint}
        value={value.protocol}
        onChange={(protocol) => set({ protocol })}
      />
      <Measurements
        measurements={value.measurements}
        onChange={(next) => set({ measurements: next })}
      />
    </FormFrame>
  );
}

function Measurements({
  measurements,
  onChange,
}: {
  readonly measurements: readonly Measured[];
  readonly onChange: (measurements: readonly Measured[]) => void;
}) {
  const { jobs, common } = useText();
  const write = (at: number, part: Partial<Measured>) =>
    onChange(
      measurements.map((one, index) =>
        index === at ? { ...one, ...part } : one,
      ),
    );
  return (
    <fieldset className="measurements">
      <legend>{jobs.measured}</legend>
      {measurements.map((one, at) => (
        <div key={at} className="form-row measurement">
          <TextField
            label={`${jobs.measurement} ${at + 1}`}
            value={one.name}
            onChange={(name) => write(at, { name })}
          />
          <TextField
            label={`${jobs.measuredValue} ${at + 1}`}
            value={one.value}
            onChange={(value) => write(at, { value })}
            {...((one.name.trim() === "") !== (one.value.trim() === "") && {
              error: common.required,
            })}
          />
          <Button
            look="quiet"
            aria-label={jobs.removeMeasurement(at + 1)}
            onPress={() =>
              onChange(measurements.filter((_, index) => index !== at))
            }
          >
            {jobs.remove}
          </Button>
        </div>
      ))}
      <Button
        onPress={() => onChange([...measurements, { name: "", value: "" }])}
      >
        {jobs.addMeasurement}
      </Button>
    </fieldset>
  );
}
