import { useState } from "react";

import {
  equipment,
  maySign,
  type OperationalStatus,
  type SafetyNotice,
} from "@suture/schema";
import type { SutureRecord } from "@suture/client";

import { useMe } from "../app/use-me.ts";
import { FormFrame } from "../forms/form-frame.tsx";
import { useSignForm } from "../forms/use-sign-form.ts";
import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { SafetyValue } from "../ui/safety-value.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { Signature } from "../ui/signature.tsx";
import { TextField } from "../ui/text-field.tsx";
import { FitnessLabel } from "./fitness-label.tsx";
import type { Fitness, FitnessReading } from "./fitness-words.ts";

type EquipmentRecord = SutureRecord<typeof equipment>;

/** Whether it may be used: who said so, and how that is changed. While it is contested every version is shown, and the worst counts. */
export function FitnessSection({
  record,
  reading,
}: {
  readonly record: EquipmentRecord;
  readonly reading: FitnessReading;
}) {
  const text = useText().equipment;
  const { roles } = useMe();
  const maySay = maySign(equipment.groups.fitness, [], roles);
  return (
    <section className="job-section" aria-labelledby="fitness">
      <h2 id="fitness">{text.fitness}</h2>
      <p className="fitness-now">
        <FitnessLabel reading={reading} />
      </p>
      <SafetyValue
        reading={reading}
        recordId={record.id}
        group="fitness"
        renderContent={(content) => (
          <FitnessLines
            content={content}
            withStatus={reading.status === "conflict"}
          />
        )}
      />
      {reading.status === "settled" &&
        reading.signatures.map(({ opId, attribution }) => (
          <Signature key={opId} attribution={attribution} />
        ))}
      {maySay && reading.status === "conflict" && (
        <p className="muted">{text.settledFirst}</p>
      )}
      {maySay && reading.status === "settled" && (
        <FitnessForm record={record} reading={reading} />
      )}
    </section>
  );
}

function FitnessLines({
  content,
  withStatus = true,
}: {
  readonly content: Fitness;
  readonly withStatus?: boolean;
}) {
  const text = useText().equipment;
  const names = useNames();
  const notices: readonly SafetyNotice[] = Object.values(content.safetyNotices);
  return (
    <>
      {withStatus && <p>{text.statuses[content.operationalStatus]}</p>}
      {content.quarantine !== null && (
        <p>
          {text.quarantine}:{" "}
          {valueWords("quarantine", content.quarantine, names)}
        </p>
      )}
      {notices.length > 0 && (
        <>
          <p>{text.notices}</p>
          <ul className="work-list">
            {notices.map((notice, at) => (
              <li key={at}>{valueWords("safetyNotices", notice, names)}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

const empty = { status: "", reason: "" };
const statuses: readonly OperationalStatus[] = [
  "in-service",
  "restricted",
  "out-of-service",
];

function FitnessForm({
  record,
  reading,
}: {
  readonly record: EquipmentRecord;
  readonly reading: Extract<FitnessReading, { readonly status: "settled" }>;
}) {
  const text = useText().equipment;
  const form = useSignForm({
    record,
    group: "fitness",
    reading,
    name: "fitness",
    initial: empty,
  });
  const [isOpen, setIsOpen] = useState(false);
  if (!isOpen && !form.isBegun)
    return (
      <div className="actions">
        <Button onPress={() => setIsOpen(true)}>{text.change}</Button>
      </div>
    );
  const stated = reading.content.operationalStatus;
  const status = statuses.find((one) => one === form.value.status);
  const reason = form.value.reason.trim();
  const sign = async () => {
    if (status === undefined) return;
    const isSaved = await form.submit(
      ({ fitness }) => {
        fitness.operationalStatus = status;
      },
      { reason },
    );
    if (isSaved) setIsOpen(false);
  };
  return (
    <FormFrame
      label={text.change}
      form={form}
      saveLabel={text.sign}
      canSave={status !== undefined && status !== stated && reason !== ""}
      onSave={() => void sign()}
      onClose={() => setIsOpen(false)}
      now={<FitnessLines content={reading.content} />}
    >
      <SelectField
        label={text.newStatus}
        value={status ?? ""}
        placeholder="—"
        choices={statuses
          .filter((one) => one !== stated)
          .map((one) => ({ value: one, label: text.statuses[one] }))}
        onChange={(one) => form.set({ status: one })}
        isRequired
      />
      <TextField
        label={text.reason}
        hint={text.reasonHint}
        value={form.value.reason}
        onChange={(next) => form.set({ reason: next })}
        rows={2}
      />
    </FormFrame>
  );
}
