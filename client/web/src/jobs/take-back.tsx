import { useState } from "react";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions, Dialog } from "../ui/dialog.tsx";

/** Takes an entry back as entered in error, once that is confirmed: a thumb slips. */
export function TakeBack({
  words,
  isDisabled,
  onConfirm,
}: {
  /** What is taken back. */
  readonly words: string;
  readonly isDisabled: boolean;
  readonly onConfirm: () => void;
}) {
  const { jobs, common } = useText();
  const [isAsking, setIsAsking] = useState(false);
  const close = () => setIsAsking(false);
  return (
    <>
      <Button
        look="quiet"
        aria-label={jobs.takeBackOf(words)}
        isDisabled={isDisabled}
        onPress={() => setIsAsking(true)}
      >
        {jobs.takeBack}
      </Button>
      <Dialog
        title={jobs.takeBackTitle}
        isOpen={isAsking}
        isAlert
        onClose={close}
      >
        <p className="take-back-words">{words}</p>
        <p>{jobs.takeBackBody}</p>
        <Actions>
          <Button
            look="danger"
            onPress={() => {
              close();
              onConfirm();
            }}
          >
            {jobs.confirmTakeBack}
          </Button>
          <Button look="quiet" onPress={close}>
            {common.cancel}
          </Button>
        </Actions>
      </Dialog>
    </>
  );
}
