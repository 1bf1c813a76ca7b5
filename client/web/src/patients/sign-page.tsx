/** Signing a medication or an allergy, new or changed, through a form that tells what changed since it was opened. SPEC AP-29 to AP-31. */
import { useState } from "react";

import { maySign, patient, type OpId } from "@suture/schema";
import { useClient, useGroup, type ShownRecord } from "@suture/client/react";

import { RecordGate } from "../app/record-gate.tsx";
import { useMe } from "../app/use-me.ts";
import { useNow } from "../app/use-now.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import { AllergyForm } from "./allergy-form.tsx";
import { ChooseVersion } from "./choose-version.tsx";
import { MedicationForm } from "./medication-form.tsx";
import { PatientBanner } from "./patient-banner.tsx";

interface SignProps {
  readonly id: string;
  readonly kind: "medication" | "allergy";
  /** Of the entry to change; null for a new one. */
  readonly entryId: string | null;
}

interface EntryProps {
  readonly id: string;
  /** "" for a new one. */
  readonly entry: string;
}

export function SignMedicationPage({ id, entry }: EntryProps) {
  return (
    <SignPage id={id} kind="medication" entryId={entry === "" ? null : entry} />
  );
}

export function SignAllergyPage({ id, entry }: EntryProps) {
  return (
    <SignPage id={id} kind="allergy" entryId={entry === "" ? null : entry} />
  );
}

function SignPage({ id, kind, entryId }: SignProps) {
  const { chart } = useText();
  useTitle(chart.signTitle[kind]);
  return (
    <RecordGate repository={useClient().patients} id={id}>
      {(shown) => <OpenSign shown={shown} kind={kind} entryId={entryId} />}
    </RecordGate>
  );
}

function OpenSign({
  shown,
  kind,
  entryId,
}: Omit<SignProps, "id"> & { readonly shown: ShownRecord<typeof patient> }) {
  const { chart } = useText();
  const { roles } = useMe();
  const nowMs = useNow();
  const { record } = shown;
  const reading = useGroup(record, "prescribing");
  const [version, setVersion] = useState<OpId | null>(null);
  const candidate =
    version === null
      ? undefined
      : ({ group: "prescribing", opId: version } as const);
  const isOpen = candidate !== undefined || reading.status === "settled";
  // A form that was open when the conflict came stays open: what was typed is not lost to it.
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  const Form = kind === "medication" ? MedicationForm : AllergyForm;
  return (
    <>
      <PatientBanner shown={shown} nowMs={nowMs} />
      <h2>{chart.signTitle[kind]}</h2>
      {!maySign(patient.groups.prescribing, [], roles) ? (
        <Notice>{chart.notYours}</Notice>
      ) : wasOpen ? (
        <Form
          key={version ?? ""}
          record={record}
          entryId={entryId}
          {...(candidate !== undefined && { candidate })}
        />
      ) : (
        <ChooseVersion
          reading={reading}
          onChoose={(opId) => {
            setVersion(opId);
          }}
        />
      )}
    </>
  );
}
