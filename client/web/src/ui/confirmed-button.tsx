import { useState, type ReactNode } from "react";

import { useText } from "../text/use-text.ts";
import { Button } from "./button.tsx";
import { Actions, Dialog } from "./dialog.tsx";

/** Does something that is not undone by a second press, once that is confirmed: a thumb slips. */
export function ConfirmedButton({
  label,
  name,
  title,
  confirmLabel,
  isDisabled = false,
  onConfirm,
  children,
}: {
  readonly label: string;
  /** The label with what it is about, for whoever does not see where it stands. */
  readonly name: string;
  readonly title: string;
  readonly confirmLabel: string;
  readonly isDisabled?: boolean;
  readonly onConfirm: () => void;
  /** What is asked. */
  readonly children: ReactNode;
}) {
  const { common } = useText();
  const [isAsking, setIsAsking] = useState(false);
  const close = () => setIsAsking(false);
  return (
    <>
      <Button
        look="quiet"
        aria-label={name}
        isDisabled={isDisabled}
        onPress={() => setIsAsking(true)}
      >
        {label}
      </Button>
      <Dialog title={title} isOpen={isAsking} isAlert onClose={close}>
        {children}
        <Actions>
          <Button
            look="danger"
            onPress={() => {
              close();
              onConfirm();
            }}
          >
            {confirmLabel}
          </Button>
          <Button look="quiet" onPress={close}>
            {common.cancel}
          </Button>
        </Actions>
      </Dialog>
    </>
  );
}
