/** Registering somebody, also offline; those on this device with the same birth date are shown first. SPEC AP-23. */
import { useState, type FormEvent } from "react";
import { useLocation } from "wouter";

import { mayCreate, patient, randomUuid } from "@suture/schema";
import { useClient } from "@suture/client/react";

import { useApp } from "../app/app-deps.tsx";
import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useMe } from "../app/use-me.ts";
import { useNow } from "../app/use-now.ts";
import { useTitle } from "../app/use-title.ts";
import { useSaving } from "../forms/use-saving.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import {
  emptyIdentity,
  genderOf,
  humanNameOf,
  identityProblems,
} from "./identity-form.ts";
import { IdentityFields } from "./identity-fields.tsx";
import { PatientRow } from "./patient-row.tsx";
import { useFoundPatients } from "./use-found-patients.ts";

export function NewPatientPage() {
  const { common, patients } = useText();
  useTitle(patients.registerTitle);
  const { random } = useApp();
  const client = useClient();
  const { membership, roles } = useMe();
  const nowMs = useNow();
  const [, goTo] = useLocation();
  const draft = useKeptDraft("new-patient", {
    ...emptyIdentity,
    number: "",
    phone: "",
  });
  const { value, set } = draft;
  const [isChecked, setIsChecked] = useState(false);
  const { run, isSaving, problem } = useSaving();
  const problems = identityProblems(value);
  const isWrong = problems.name || problems.birthDate;
  const register = async () => {
    setIsChecked(true);
    if (isWrong || membership === null) return;
    const number = value.number.trim();
    const phone = value.phone.trim();
    const birthDate = value.birthDate.trim();
    const created = await run(() =>
      client.patients.create({
        parentId: membership.organizationId,
        fields: {
          ...(phone !== "" && {
            telecom: [{ status: "active", system: "phone", value: phone }],
          }),
        },
        groups: {
          identity: {
            name: [humanNameOf(value)],
            birthDate: birthDate === "" ? null : birthDate,
            gender: genderOf(value),
            identifiers:
              number === ""
                ? {}
                : { [randomUuid(random)]: { status: "active", value: number } },
          },
        },
      }),
    );
    if (created === undefined) return;
    draft.drop();
    goTo(`/patients/${created.id}`, { replace: true });
  };
  if (!mayCreate(patient, roles))
    return <Notice>{common.saveProblem["not-permitted"]}</Notice>;
  if (!draft.isReady) return <p className="loading">{common.loading}</p>;
  return (
    <>
      <h1>{patients.registerTitle}</h1>
      {draft.isRestored && <p className="hint">{patients.restored}</p>}
      <form
        className="form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void register();
        }}
      >
        <IdentityFields
          value={value}
          problems={isChecked ? problems : null}
          onChange={set}
        />
        {problems.birthDate || value.birthDate.length < 10 ? null : (
          <MaybeKnown birthDate={value.birthDate} nowMs={nowMs} />
        )}
        <div className="form-row">
          <TextField
            label={patients.number}
            value={value.number}
            onChange={(number) => set({ number })}
          />
          <TextField
            label={patients.phone}
            type="tel"
            value={value.phone}
            onChange={(phone) => set({ phone })}
          />
        </div>
        {problem !== null && (
          <Notice tone="danger" isLive>
            {problem}
          </Notice>
        )}
        <div className="actions">
          <Button type="submit" look="primary" isDisabled={isSaving}>
            {patients.registerSubmit}
          </Button>
          <Button
            onPress={() => {
              draft.drop();
              goTo("/patients");
            }}
          >
            {common.cancel}
          </Button>
        </div>
      </form>
    </>
  );
}

function MaybeKnown({
  birthDate,
  nowMs,
}: {
  readonly birthDate: string;
  readonly nowMs: number;
}) {
  const { patients } = useText();
  const { rows } = useFoundPatients(birthDate);
  if (rows.length === 0) return null;
  return (
    <Notice tone="warning" title={patients.maybeKnown} isLive>
      <p>{patients.maybeKnownBody}</p>
      <ul className="cards">
        {rows.slice(0, 10).map((row) => (
          <li key={row.record.id}>
            <PatientRow row={row} nowMs={nowMs} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}
