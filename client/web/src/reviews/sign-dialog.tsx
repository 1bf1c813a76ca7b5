import { useState, type ReactNode } from "react";

import { maxReasonLength } from "@suture/schema";

import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions, Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";

/**
 * The step between an answer and its signature: it is read once more, and says why. Nothing is signed without a reason. SPEC AP-65.
 * `onSign` answers what went wrong, in a sentence, or null; the dialog then closes by its owner.
 */
export function SignDialog({
  title,
  confirm,
  isOpen,
  onClose,
  onSign,
  reasonLabel,
  about,
  children,
}: {
  readonly title: string;
  readonly confirm: string;
  /** What is signed or decided: its reason is kept under this name while it is typed. */
  readonly about: string;
  /** By default the question why an answer is right. */
  readonly reasonLabel?: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  onSign(reason: string): Promise<string | null>;
  readonly children: ReactNode;
}) {
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose} isAlert>
      {children}
      <ReasonForm
        confirm={confirm}
        onClose={onClose}
        onSign={onSign}
        reasonLabel={reasonLabel}
        about={about}
      />
    </Dialog>
  );
}

function ReasonForm({
  confirm,
  onClose,
  onSign,
  reasonLabel,
  about,
}: {
  readonly confirm: string;
  readonly about: string;
  readonly reasonLabel: string | undefined;
  readonly onClose: () => void;
  onSign(reason: string): Promise<string | null>;
}) {
  const { reviews: text, common } = useText();
  const { value, set, drop, isReady } = useKeptDraft(`reason/${about}`, {
    reason: "",
  });
  const { reason } = value;
  const [error, setError] = useState<string>();
  const [problem, setProblem] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);

  async function sign(): Promise<void> {
    const given = reason.trim().slice(0, maxReasonLength);
    if (given === "") {
      setError(text.reasonNeeded);
      return;
    }
    setSaving(true);
    const failed = await onSign(given);
    if (failed === null) drop();
    setSaving(false);
    setProblem(failed);
  }

  if (!isReady) return null;
  return (
    <form
      className="sign-form"
      onSubmit={(event) => {
        event.preventDefault();
        void sign();
      }}
    >
      <TextField
        label={reasonLabel ?? text.reasonLabel}
        hint={text.reasonHint}
        value={reason}
        onChange={(typed) => {
          set({ reason: typed });
          setError(undefined);
        }}
        error={error}
        rows={2}
        isRequired
      />
      {problem !== null && (
        <Notice tone="danger" title={text.notSaved} isLive>
          <p>{problem}</p>
        </Notice>
      )}
      <Actions>
        <Button look="primary" type="submit" isDisabled={isSaving}>
          {isSaving ? common.saving : confirm}
        </Button>
        <Button look="quiet" onPress={onClose}>
          {text.cancel}
        </Button>
      </Actions>
    </form>
  );
}
