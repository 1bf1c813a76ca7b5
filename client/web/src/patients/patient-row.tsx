import { Link } from "wouter";

import type { patient } from "@suture/schema";
import type { ShownRecord } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { StatusLabel } from "../ui/status-label.tsx";
import { IdentityLine, PersonName } from "./identity-line.tsx";
import { identitiesOf } from "./identity.ts";

/** One patient in a list. While who they are is in conflict, every version is shown. */
export function PatientRow({
  row,
  nowMs,
}: {
  readonly row: ShownRecord<typeof patient>;
  readonly nowMs: number;
}) {
  return (
    <Link href={`/patients/${row.record.id}`} className="row-link">
      <PatientRowWords row={row} nowMs={nowMs} />
    </Link>
  );
}

export function PatientRowWords({
  row: { snapshot, status },
  nowMs,
}: {
  readonly row: ShownRecord<typeof patient>;
  readonly nowMs: number;
}) {
  const { patients } = useText();
  const reading = snapshot.group("identity");
  return (
    <>
      {reading.status === "conflict" && (
        <span className="tag tag-warning">{patients.identityContested}</span>
      )}
      {identitiesOf(reading).map((identity, at) => (
        <span key={at} className="row-block">
          <strong className="row-title">
            <PersonName identity={identity} />
          </strong>
          <span className="muted">
            <IdentityLine identity={identity} nowMs={nowMs} />
          </span>
        </span>
      ))}
      <StatusLabel status={status} />
    </>
  );
}
