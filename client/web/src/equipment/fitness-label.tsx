import type { OperationalStatus } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { fitnessNow, type FitnessReading } from "./fitness-words.ts";

const icons: Readonly<Record<OperationalStatus, IconName>> = {
  "in-service": "check",
  restricted: "alert",
  "out-of-service": "cross",
};

/** In one line: the status to act on, and that it is contested where it is. */
export function FitnessLabel({
  reading,
}: {
  readonly reading: FitnessReading;
}) {
  const { equipment } = useText();
  const { status, isQuarantined, isContested } = fitnessNow(reading);
  const words = equipment.statuses[status];
  return (
    <span
      className={`fitness fitness-${isQuarantined ? "out-of-service" : status}`}
    >
      <Icon name={isContested ? "branch" : icons[status]} />
      <span>
        {isContested ? equipment.untilSettled(words) : words}
        {isQuarantined && ` · ${equipment.quarantine}`}
      </span>
    </span>
  );
}
