/** Changing who somebody is: name, birth date and gender, signed as one. SPEC AP-29. */
import { useState } from "react";

import type { patient } from "@suture/schema";
import { useClient, useGroup, type ShownRecord } from "@suture/client/react";

import { RecordGate } from "../app/record-gate.tsx";
import { useEditForm } from "../app/use-edit-form.ts";
import { useNow } from "../app/use-now.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import { genderOf, humanNameOf, identityProblems } from "./identity-form.ts";
import { IdentityFields } from "./identity-fields.tsx";
import { PatientBanner } from "./patient-banner.tsx";
import { SignForm } from "./sign-form.tsx";

export function IdentityPage({ id }: { readonly id: string }) {
  const { patients } = useText();
  useTitle(patients.identityTitle);
  return (
    <RecordGate repository={useClient().patients} id={id}>
      {(shown) => <OpenIdentity shown={shown} />}
    </RecordGate>
  );
}

function OpenIdentity({
  shown,
}: {
  readonly shown: ShownRecord<typeof patient>;
}) {
  const { common, patients } = useText();
  const nowMs = useNow();
  const reading = useGroup(shown.record, "identity");
  return (
    <>
      <PatientBanner shown={shown} nowMs={nowMs} />
      <h2>{patients.identityTitle}</h2>
      {reading.status === "conflict" ? (
        <Notice tone="warning">
          {common.saveProblem["resolution-required"]}
        </Notice>
      ) : (
        <IdentityForm shown={shown} />
      )}
    </>
  );
}

function IdentityForm({
  shown: { record },
}: {
  readonly shown: ShownRecord<typeof patient>;
}) {
  const [initial] = useState(() => {
    const reading = record.group("identity");
    const identity = reading.status === "settled" ? reading.content : null;
    const name =
      identity?.name.find(({ use }) => use === "official") ?? identity?.name[0];
    return {
      family: name?.family ?? "",
      given: (name?.given ?? []).join(" "),
      birthDate: identity?.birthDate ?? "",
      gender: identity?.gender ?? "",
      reason: "",
    };
  });
  const form = useEditForm({ record, key: "identity", initial });
  const { value, set } = form;
  const [isChecked, setIsChecked] = useState(false);
  const problems = identityProblems(value);
  const sign = () => {
    setIsChecked(true);
    if (problems.name || problems.birthDate) return Promise.resolve(false);
    return form.save(({ identity }) => {
      const [first, ...others] = identity.name;
      const birthDate = value.birthDate.trim();
      const isSameName =
        value.family === initial.family && value.given === initial.given;
      if (!isSameName) {
        // The name before stays on record as one that was used.
        const old =
          first === undefined ? [] : [{ ...first, use: "old" as const }];
        identity.name = [humanNameOf(value), ...old, ...others];
      }
      identity.birthDate = birthDate === "" ? null : birthDate;
      identity.gender = genderOf(value);
      return null;
    }, value.reason.trim());
  };
  return (
    <SignForm record={record} form={form} sign={sign}>
      <IdentityFields
        value={value}
        problems={isChecked ? problems : null}
        onChange={set}
      />
    </SignForm>
  );
}
