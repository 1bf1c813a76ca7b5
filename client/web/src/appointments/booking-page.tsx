/** Booking: shows the clashes this device knows of, says what it cannot know, and works without a network. SPEC AP-33, AP-34. */
import { useState, type FormEvent } from "react";
import { useLocation, useSearchParams } from "wouter";

import { appointment, mayCreate, randomUuid } from "@suture/schema";
import { useClient } from "@suture/client/react";

import { useApp } from "../app/app-deps.tsx";
import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useMe } from "../app/use-me.ts";
import { useNow } from "../app/use-now.ts";
import { useTitle } from "../app/use-title.ts";
import { useSaving } from "../forms/use-saving.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { BookingFields } from "./booking-fields.tsx";
import { bookingProblems, emptyBooking, slotOfBooking } from "./booking.ts";
import { ClashNotice } from "./clash-notice.tsx";
import { useClinics } from "./clinics.ts";
import { knownClashes } from "./known-clashes.ts";
import { dayStartOf, daysAfter, dayText, instantOf } from "./local-day.ts";
import { useDay } from "./use-day.ts";

export function BookingPage() {
  const { appointments, common, patients } = useText();
  useTitle(appointments.bookTitle);
  const { random } = useApp();
  const client = useClient();
  const { roles } = useMe();
  const { own } = useClinics();
  const [, goTo] = useLocation();
  const [asked] = useSearchParams();
  const nowMs = useNow();
  const draft = useKeptDraft(
    "booking",
    emptyBooking({
      patientId: asked.get("patient") ?? "",
      date: asked.get("date") ?? dayText(nowMs),
    }),
  );
  const value = {
    ...draft.value,
    // Whoever works in one clinic books for it.
    teamId: draft.value.teamId || (own.length === 1 ? (own[0]?.id ?? "") : ""),
    patientId: draft.value.patientId || (asked.get("patient") ?? ""),
  };
  const [isChecked, setIsChecked] = useState(false);
  const { run, isSaving, problem } = useSaving();
  const problems = bookingProblems(value);
  const startMs = instantOf(value.date, value.start);
  const dayMs = dayStartOf(startMs ?? nowMs);
  const { rows } = useDay(daysAfter(dayMs, -1), daysAfter(dayMs, 1));
  const slot = slotOfBooking(value, () => randomUuid(random));
  const clashes = slot === null ? [] : knownClashes(slot, rows);
  if (!mayCreate(appointment, roles))
    return <Notice>{common.saveProblem["not-permitted"]}</Notice>;
  if (!draft.isReady) return <p className="loading">{common.loading}</p>;

  const clinic = own.find(({ id }) => id === value.teamId);
  const book = async () => {
    setIsChecked(true);
    if (slot === null || clinic === undefined || problems.any) return;
    const description = value.what.trim();
    const created = await run(() =>
      client.appointments.create({
        parentId: clinic.id,
        fields: {
          attendance: "expected",
          ...(description !== "" && { description }),
        },
        groups: { slot },
      }),
    );
    if (created === undefined) return;
    draft.drop();
    goTo(`/appointments/${created.id}`, { replace: true });
  };
  return (
    <>
      <h1>{appointments.bookTitle}</h1>
      {draft.isRestored && <p className="hint">{patients.restored}</p>}
      <form
        className="form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void book();
        }}
      >
        <BookingFields
          value={value}
          problems={isChecked ? problems : null}
          onChange={draft.set}
        />
        {slot !== null && <ClashNotice clashes={clashes} />}
        {problem !== null && (
          <Notice tone="danger" isLive>
            {problem}
          </Notice>
        )}
        <div className="actions">
          <Button type="submit" look="primary" isDisabled={isSaving}>
            {clashes.length > 0
              ? appointments.submitClash
              : appointments.submit}
          </Button>
          <Button
            onPress={() => {
              draft.drop();
              goTo("/appointments");
            }}
          >
            {common.cancel}
          </Button>
        </div>
      </form>
    </>
  );
}
