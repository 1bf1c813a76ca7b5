import { useState } from "react";

import type { OpId } from "@suture/schema";

import { FormFrame } from "../forms/form-frame.tsx";
import { useSignForm } from "../forms/use-sign-form.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { JobRecord } from "./job-actions.tsx";
import { endParts } from "./parts-draft.ts";
import type { SettledService } from "./parts-section.tsx";
import { WorkLines } from "./work-lines.tsx";

const empty = {
  name: "",
  quantity: 1,
  serialNumber: "",
  removedSerialNumber: "",
  lotNumber: "",
};
const maxQuantity = 100_000;

/** A part that was replaced. Adding one takes back the word that there were none, in the same statement. */
export function PartForm({
  record,
  reading,
  version,
}: {
  readonly record: JobRecord;
  readonly reading: SettledService;
  readonly version: OpId | null;
}) {
  const { jobs } = useText();
  const form = useSignForm({
    record,
    group: "service",
    reading,
    name: "job-part",
    initial: empty,
    version,
  });
  const [isOpen, setIsOpen] = useState(false);
  const { value, set } = form;
  const { partsReplaced } = reading.content;
  const denials = Object.entries(partsReplaced).filter(
    ([, { kind }]) => kind === "none",
  );
  if (!isOpen && !form.isBegun)
    return (
      <div className="actions">
        <Button look="primary" onPress={() => setIsOpen(true)}>
          {jobs.addPart}
        </Button>
      </div>
    );
  const close = () => setIsOpen(false);
  const sign = async () => {
    const isSaved = await form.submit(({ service }) => {
      for (const [id] of denials) endParts(service.partsReplaced, id);
      service.partsReplaced.add(partOf(value));
    });
    if (isSaved) close();
  };
  return (
    <FormFrame
      label={jobs.addPart}
      form={form}
      saveLabel={jobs.savePart}
      canSave={value.name.trim() !== ""}
      onSave={() => void sign()}
      onClose={close}
      now={<WorkLines content={reading.content} />}
    >
      {denials.length > 0 && <Notice>{jobs.replacesNone}</Notice>}
      <TextField
        label={jobs.part}
        hint={jobs.partHint}
        value={value.name}
        onChange={(name) => set({ name })}
      />
      <Quantity
        value={value.quantity}
        onChange={(quantity) => set({ quantity })}
      />
      <TextField
        label={jobs.serialNumber}
        value={value.serialNumber}
        onChange={(serialNumber) => set({ serialNumber })}
        autoComplete="off"
      />
      <TextField
        label={jobs.removedSerialNumber}
        value={value.removedSerialNumber}
        onChange={(removedSerialNumber) => set({ removedSerialNumber })}
        autoComplete="off"
      />
      <TextField
        label={jobs.lotNumber}
        value={value.lotNumber}
        onChange={(lotNumber) => set({ lotNumber })}
        autoComplete="off"
      />
    </FormFrame>
  );
}

/** With two buttons for a thumb, beside what can be typed. */
function Quantity({
  value,
  onChange,
}: {
  readonly value: number;
  readonly onChange: (value: number) => void;
}) {
  const { jobs } = useText();
  const take = (quantity: number) =>
    onChange(Math.min(Math.max(quantity, 1), maxQuantity));
  return (
    <div className="quantity">
      <TextField
        label={jobs.quantity}
        inputMode="numeric"
        value={String(value)}
        onChange={(text) => take(Number.parseInt(text, 10) || 1)}
      />
      <Button aria-label={jobs.fewer} onPress={() => take(value - 1)}>
        −
      </Button>
      <Button aria-label={jobs.moreOf} onPress={() => take(value + 1)}>
        +
      </Button>
    </div>
  );
}

function partOf(value: typeof empty) {
  const serialNumber = value.serialNumber.trim();
  const removed = value.removedSerialNumber.trim();
  const lotNumber = value.lotNumber.trim();
  return {
    kind: "part" as const,
    status: "active" as const,
    code: { text: value.name.trim() },
    quantity: value.quantity,
    ...(serialNumber !== "" && { serialNumbers: [serialNumber] }),
    ...(removed !== "" && { removedSerialNumbers: [removed] }),
    ...(lotNumber !== "" && { lotNumber }),
  };
}
