import type { SaveState } from "@suture/schema";
import type { RecordStatus } from "@suture/client";

import { Icon, type IconName } from "./icon.tsx";

const icons: Readonly<Record<SaveState, IconName>> = {
  unsaved: "cross",
  refused: "alert",
  conflict: "branch",
  local: "device",
  queued: "cloudUp",
  synced: "check",
  confirmed: "checkTwice",
};

/** What "saved" means for a record now, in DESIGN 7's words, with an icon of its own: neither colour nor shape speaks alone. SPEC AP-8. */
export function StatusLabel({ status }: { readonly status: RecordStatus }) {
  return (
    <span className={`status status-${status.state}`}>
      <Icon name={icons[status.state]} />
      <span>{status.label}</span>
    </span>
  );
}
