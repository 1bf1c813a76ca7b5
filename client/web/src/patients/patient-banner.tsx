/** Who this is, and what they must not be given: in view however far the page is scrolled, and at the top of every print-out. SPEC AP-24. */
import type { ReactNode } from "react";
import { Link } from "wouter";

import type { patient } from "@suture/schema";
import { useGroup, type ShownRecord } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { Icon } from "../ui/icon.tsx";
import { ReviewLink } from "../ui/review-link.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { AllergiesInView } from "./allergies.tsx";
import { IdentityLine, PersonName } from "./identity-line.tsx";
import { identitiesOf } from "./identity.ts";

export function PatientBanner({
  shown: { record, status },
  nowMs,
}: {
  readonly shown: ShownRecord<typeof patient>;
  readonly nowMs: number;
}) {
  const { patients, chart } = useText();
  const identity = useGroup(record, "identity");
  const prescribing = useGroup(record, "prescribing");
  const versions = identitiesOf(identity);
  return (
    <section className="patient-banner" aria-label={patients.identity}>
      <div className="patient-who">
        {identity.status === "conflict" && (
          <p className="tag tag-warning">
            <Icon name="branch" /> {patients.identityContested}{" "}
            <ReviewLink recordId={record.id} group="identity" />
          </p>
        )}
        {versions.map((version, at) => (
          <div key={at} className="patient-version">
            <PatientName isFirst={at === 0}>
              <Link href={`/patients/${record.id}`}>
                <PersonName identity={version} />
              </Link>
            </PatientName>
            <p className="muted">
              <IdentityLine identity={version} nowMs={nowMs} />
            </p>
          </div>
        ))}
        <p className="patient-status">
          <StatusLabel status={status} />
        </p>
      </div>
      <div role="group" aria-label={chart.allergies} className="patient-risk">
        <AllergiesInView reading={prescribing} />
      </div>
    </section>
  );
}

/** A page has one heading of the first rank, also where there are two versions of a name. */
function PatientName({
  isFirst,
  children,
}: {
  readonly isFirst: boolean;
  readonly children: ReactNode;
}) {
  return isFirst ? (
    <h1 className="patient-name">{children}</h1>
  ) : (
    <p className="patient-name">{children}</p>
  );
}
