import type { FormEvent, ReactNode } from "react";
import { useLocation } from "wouter";

import { patient, type OpId } from "@suture/schema";
import type { SutureRecord } from "@suture/client";

import { ChangedSince } from "../app/changed-since.tsx";
import type { EditForm } from "../app/use-edit-form.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";

export interface SignFormProps {
  readonly record: SutureRecord<typeof patient>;
  readonly entryId: string | null;
  readonly candidate?: { readonly group: "prescribing"; readonly opId: OpId };
}

type Form = Pick<
  EditForm<typeof patient, { readonly reason: string }>,
  | "session"
  | "value"
  | "set"
  | "isRestored"
  | "since"
  | "mustTakeIn"
  | "takeIn"
  | "problem"
  | "isSaving"
  | "drop"
>;

/** What every signing form has around its fields: what changed since, why, what went wrong, signing. */
export function SignForm({
  record,
  form,
  sign,
  children,
}: {
  readonly record: SutureRecord<typeof patient>;
  readonly form: Form;
  /** Answers whether it is signed. */
  sign(): Promise<boolean>;
  readonly children: ReactNode;
}) {
  const { common, chart, patients } = useText();
  const [, goTo] = useLocation();
  const { session, value, set, isRestored, mustTakeIn, problem, isSaving } =
    form;
  if (session === null)
    return problem === null ? (
      <p className="loading">{common.loading}</p>
    ) : (
      <Notice tone="danger">{problem}</Notice>
    );
  const path = `/patients/${record.id}`;
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (await sign()) goTo(path);
  };
  return (
    <>
      <ChangedSince type={patient} form={form} />
      <form className="form" onSubmit={(event) => void onSubmit(event)}>
        {isRestored && <p className="hint">{patients.restored}</p>}
        {children}
        <TextField
          label={chart.reason}
          hint={chart.reasonHint}
          value={value.reason}
          onChange={(reason) => set({ reason })}
        />
        {problem !== null && (
          <Notice tone="danger" isLive>
            {problem}
          </Notice>
        )}
        <div className="actions">
          <Button
            type="submit"
            look="primary"
            isDisabled={isSaving || mustTakeIn}
          >
            {isSaving ? common.saving : chart.sign}
          </Button>
          <Button
            onPress={() => {
              form.drop();
              goTo(path);
            }}
          >
            {common.cancel}
          </Button>
        </div>
      </form>
    </>
  );
}
