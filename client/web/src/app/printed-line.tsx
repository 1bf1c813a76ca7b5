import { useConnection } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { useNow } from "./use-now.ts";

/** On paper only: when it was printed, and as of when what the device held had been told by the server. SPEC AP-123. */
export function PrintedLine() {
  const { shell, common } = useText();
  const { caughtUpAtMs } = useConnection();
  const nowMs = useNow();
  return (
    <p className="print-only printed-line">
      {shell.printed(
        common.dateTime(nowMs),
        caughtUpAtMs === null ? null : common.dateTime(caughtUpAtMs),
      )}
    </p>
  );
}
