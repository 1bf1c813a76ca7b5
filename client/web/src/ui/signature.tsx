import type { Attribution } from "@suture/schema";

import { MemberName } from "./member-name.tsx";
import { useText } from "../text/use-text.ts";

/** Who signed a statement, when by their device's clock, and why if they said. */
export function Signature({
  attribution,
}: {
  readonly attribution: Attribution;
}) {
  const { common } = useText();
  const { memberId, authoredAtMs, reason } = attribution;
  return (
    <p className="signature">
      <MemberName memberId={memberId} /> · {common.dateTime(authoredAtMs)}
      {reason !== undefined && <> · {common.reasonGiven(reason)}</>}
    </p>
  );
}
