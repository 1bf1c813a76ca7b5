/** What a booking would clash with, among the appointments that this device holds. Elsewhere the server looks. SPEC AP-34. */
import {
  busyIntervals,
  overlaps,
  type appointment,
  type BusyInterval,
  type GroupReading,
  type RecordId,
} from "@suture/schema";
import type { ShownRecord } from "@suture/client/react";

import { startMsOf, type Slot } from "./slot.ts";

export interface KnownClash {
  readonly shown: ShownRecord<typeof appointment>;
  /** As in `BusyInterval`. */
  readonly actor: string;
  readonly startMs: number;
}

type SlotReading = GroupReading<
  (typeof appointment)["groups"]["slot"]["parts"]
>;

/** In the order of time. An appointment that took place keeps nobody busy any more. */
export function knownClashes(
  wanted: Slot,
  others: readonly ShownRecord<typeof appointment>[],
  except?: RecordId,
): readonly KnownClash[] {
  const wantedIntervals = busyOf({
    status: "settled",
    content: wanted,
    signatures: [],
  });
  return others
    .filter(
      ({ record, snapshot }) =>
        record.id !== except && snapshot.fields.attendance !== "fulfilled",
    )
    .flatMap((shown) => {
      const busy = busyOf(shown.snapshot.group("slot"));
      const actors = new Set(
        busy
          .filter((one) => wantedIntervals.some((own) => overlaps(own, one)))
          .map(({ actor }) => actor),
      );
      const startMs = startMsOf(shown.snapshot);
      return [...actors].map((actor) => ({ shown, actor, startMs }));
    })
    .sort((left, right) => left.startMs - right.startMs);
}

function busyOf(reading: SlotReading): readonly BusyInterval[] {
  return busyIntervals(reading);
}
