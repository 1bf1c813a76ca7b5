import { Link } from "wouter";

import { reviewIdOf, type RecordId } from "@suture/schema";
import type { RecordStatus } from "@suture/client";

import { StatusLabel } from "../ui/status-label.tsx";

/** A record's own label; where it says to tap, tapping leads to the question. */
export function RecordStatusLine({
  recordId,
  status,
  group,
}: {
  readonly recordId: RecordId;
  readonly status: RecordStatus;
  /** The one in conflict; undefined where the server asks something else. */
  readonly group: string | undefined;
}) {
  const label = <StatusLabel status={status} />;
  if (status.state !== "conflict") return <p>{label}</p>;
  const path =
    group === undefined
      ? "/reviews"
      : `/reviews/${reviewIdOf({ kind: "conflict", recordId, group })}`;
  return (
    <Link href={path} className="status-link">
      {label}
    </Link>
  );
}
