import { Link } from "wouter";

import type { RecordId } from "@suture/schema";
import type { RecordStatus } from "@suture/client";

import { StatusLabel } from "../ui/status-label.tsx";

/** A record's own label; where it says to tap, tapping leads to the conflict. */
export function RecordStatusLine({
  recordId,
  status,
}: {
  readonly recordId: RecordId;
  readonly status: RecordStatus;
}) {
  if (status.state !== "conflict")
    return (
      <p>
        <StatusLabel status={status} />
      </p>
    );
  return (
    <Link href={`/reviews?record=${recordId}`} className="status-link">
      <StatusLabel status={status} />
    </Link>
  );
}
