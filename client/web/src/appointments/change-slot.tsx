/** Moving or cancelling: the slot signed anew, through a form that tells what changed since it was opened. SPEC AP-35. */
import { useState, type FormEvent } from "react";

import { appointment } from "@suture/schema";
import type { ShownRecord } from "@suture/client/react";

import { ChangedSince } from "../app/changed-since.tsx";
import { useEditForm } from "../app/use-edit-form.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import { ClashNotice } from "./clash-notice.tsx";
import { knownClashes } from "./known-clashes.ts";
import {
  dayStartOf,
  daysAfter,
  dayText,
  instantOf,
  timeText,
} from "./local-day.ts";
import type { Slot } from "./slot.ts";
import { useDay } from "./use-day.ts";

type Shown = ShownRecord<typeof appointment>;

export function ChangeSlot({
  shown,
  slot,
}: {
  readonly shown: Shown;
  readonly slot: Slot;
}) {
  const { appointments } = useText();
  const [way, setWay] = useState<"move" | "cancel" | null>(null);
  if (slot.status === "cancelled" || slot.period === null) return null;
  return (
    <section className="card no-print">
      {way === null ? (
        <div className="actions">
          <Button onPress={() => setWay("move")}>{appointments.move}</Button>
          <Button look="danger" onPress={() => setWay("cancel")}>
            {appointments.cancel}
          </Button>
        </div>
      ) : (
        <SlotForm
          shown={shown}
          period={slot.period}
          slot={slot}
          way={way}
          onDone={() => setWay(null)}
        />
      )}
    </section>
  );
}

function SlotForm({
  shown: { record },
  slot,
  period,
  way,
  onDone,
}: {
  readonly shown: Shown;
  readonly slot: Slot;
  readonly period: NonNullable<Slot["period"]>;
  readonly way: "move" | "cancel";
  readonly onDone: () => void;
}) {
  const { appointments, common } = useText();
  const startMs = Date.parse(period.start);
  const lengthMs = Date.parse(period.end) - startMs;
  const form = useEditForm({
    record,
    key: `slot-${way}`,
    initial: { date: dayText(startMs), start: timeText(startMs), reason: "" },
  });
  const { value, set, session, problem, isSaving, mustTakeIn } = form;
  const toMs = instantOf(value.date, value.start);
  const dayMs = dayStartOf(toMs ?? startMs);
  const { rows } = useDay(daysAfter(dayMs, -1), daysAfter(dayMs, 1));
  if (session === null) return <p className="loading">{common.loading}</p>;
  const moved =
    toMs === null
      ? null
      : {
          start: new Date(toMs).toISOString(),
          end: new Date(toMs + lengthMs).toISOString(),
        };
  const clashes =
    moved === null
      ? []
      : knownClashes({ ...slot, period: moved }, rows, record.id);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    const isSaved = await form.save((draft) => {
      if (way === "cancel") draft.slot.status = "cancelled";
      else if (moved !== null) draft.slot.period = moved;
      else return appointments.needed;
      return null;
    }, value.reason.trim());
    if (isSaved) onDone();
  };
  return (
    <>
      <h2>{way === "cancel" ? appointments.cancelSure : appointments.move}</h2>
      <ChangedSince type={appointment} form={form} />
      <form className="form" onSubmit={(event) => void onSubmit(event)}>
        {way === "move" && (
          <>
            <div className="form-row">
              <TextField
                label={appointments.date}
                type="date"
                value={value.date}
                onChange={(date) => set({ date })}
              />
              <TextField
                label={appointments.start}
                type="time"
                value={value.start}
                onChange={(start) => set({ start })}
              />
            </div>
            <ClashNotice clashes={clashes} />
          </>
        )}
        <TextField
          label={appointments.cancelReason}
          value={value.reason}
          onChange={(reason) => set({ reason })}
        />
        {problem !== null && (
          <Notice tone="danger" isLive>
            {problem}
          </Notice>
        )}
        <div className="actions">
          <Button
            type="submit"
            look={way === "cancel" ? "danger" : "primary"}
            isDisabled={isSaving || mustTakeIn}
          >
            {way === "cancel" ? appointments.cancel : appointments.moveSubmit}
          </Button>
          <Button
            onPress={() => {
              form.drop();
              onDone();
            }}
          >
            {appointments.keep}
          </Button>
        </div>
      </form>
    </>
  );
}
