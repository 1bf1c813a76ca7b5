import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { participantsOf, type Slot } from "./slot.ts";

/** When, who, with whom and where, as one version of a booking has it. */
export function SlotWords({
  slot,
  isOfPatient,
}: {
  readonly slot: Slot;
  readonly isOfPatient: boolean;
}) {
  const { appointments, common } = useText();
  const names = useNames();
  const { period, status } = slot;
  const named = (kind: "patient" | "practitioner" | "equipment") =>
    participantsOf(slot, kind).map(({ recordId, display }) =>
      recordId === undefined ? (display ?? "") : names.record(recordId),
    );
  const rooms = participantsOf(slot, "location").map(
    ({ display }) => display ?? appointments.where,
  );
  const when =
    period === null
      ? appointments.noTime
      : appointments.from(
          common.time(Date.parse(period.start)),
          common.time(Date.parse(period.end)),
        );
  const day =
    isOfPatient && period !== null
      ? `${common.date(Date.parse(period.start))}, `
      : "";
  const others = [...named("practitioner"), ...named("equipment"), ...rooms];
  return (
    <>
      <strong
        className={status === "cancelled" ? "row-title struck" : "row-title"}
      >
        {day}
        {when}
        {!isOfPatient && ` · ${named("patient").join(", ")}`}
      </strong>
      {others.length > 0 && <span className="muted">{others.join(" · ")}</span>}
    </>
  );
}
