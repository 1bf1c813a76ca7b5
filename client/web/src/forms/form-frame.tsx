import type { ReactNode } from "react";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";

export interface FormFrameProps {
  readonly label: string;
  readonly form: {
    readonly isReady: boolean;
    readonly isRestored: boolean;
    readonly isSaving: boolean;
    readonly problem: string | null;
    readonly isBehind?: boolean;
    acknowledge?(): void;
    drop(): void;
  };
  readonly saveLabel: string;
  /** Of the button that throws away what was typed. */
  readonly closeLabel?: string;
  readonly canSave: boolean;
  readonly onSave: () => void;
  readonly onClose: () => void;
  /** What stands there now, shown where it is not what the form was begun on. */
  readonly now?: ReactNode;
  readonly children: ReactNode;
}

/** Around the fields of a form: what was kept from before, what changed meanwhile, why it was not saved, and its two buttons. */
export function FormFrame(props: FormFrameProps) {
  const { label, form, saveLabel, canSave, onSave, onClose, now } = props;
  const { jobs, common } = useText();
  if (!form.isReady) return <p className="loading">{common.loading}</p>;
  const isBehind = form.isBehind ?? false;
  return (
    <form
      className="form work-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (canSave && !isBehind && !form.isSaving) onSave();
      }}
    >
      {form.isRestored && <Notice>{jobs.restored}</Notice>}
      {props.children}
      {isBehind && (
        <Notice tone="warning" title={jobs.changedMeanwhile} isLive>
          {now}
          <Button onPress={() => form.acknowledge?.()}>{jobs.seenIt}</Button>
        </Notice>
      )}
      {form.problem !== null && (
        <Notice tone="danger" isLive>
          {form.problem}
        </Notice>
      )}
      <Actions>
        <Button
          type="submit"
          look="primary"
          isDisabled={!canSave || isBehind || form.isSaving}
        >
          {form.isSaving ? common.saving : saveLabel}
        </Button>
        <Button
          look="quiet"
          onPress={() => {
            form.drop();
            onClose();
          }}
        >
          {props.closeLabel ?? jobs.discard}
        </Button>
      </Actions>
    </form>
  );
}
