import type { appointment } from "@suture/schema";
import type { ShownRecord } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { Icon } from "../ui/icon.tsx";
import { isChecked } from "./slot.ts";
import { useOpenClashes } from "./use-open-clashes.ts";

/** How far a booking holds: contested, clashing, tentative until other clinics were checked, or checked. SPEC AP-32. */
export function BookingTags({
  shown: { record, snapshot },
}: {
  readonly shown: ShownRecord<typeof appointment>;
}) {
  const { appointments } = useText();
  const clashes = useOpenClashes();
  const reading = snapshot.group("slot");
  const isClashing = clashes.has(record.id);
  const isCancelled =
    reading.status === "settled" && reading.content.status === "cancelled";
  // One that is cancelled keeps nobody busy: there is nothing to check.
  const isTentative = !isCancelled && !isChecked(record);
  return (
    <>
      {reading.status === "conflict" && (
        <span className="tag tag-warning">
          <Icon name="branch" /> {appointments.contested}
        </span>
      )}
      {isClashing && (
        <span className="tag tag-warning">
          <Icon name="alert" /> {appointments.clash}
        </span>
      )}
      {isCancelled && <span className="tag">{appointments.cancelled}</span>}
      {reading.status === "settled" &&
        reading.content.status === "proposed" && (
          <span className="tag">{appointments.proposed}</span>
        )}
      {isTentative && (
        <span className="tag tag-tentative">
          <Icon name="clock" /> {appointments.tentative}
        </span>
      )}
    </>
  );
}
