/** Signing out of the device: stopped while work exists only here, until it is sent or the person says so. SPEC AP-12. */
import { useState } from "react";
import { useLocation } from "wouter";

import type { LeaveOptions } from "@suture/client";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions, Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { useApp } from "./app-deps.tsx";
import { useSaveUnsent } from "./unsent/use-save-unsent.ts";

type Step =
  | { readonly at: "asking" | "leaving" }
  | {
      readonly at: "stopped";
      readonly count: number;
      readonly how: LeaveOptions;
    }
  | {
      readonly at: "failed";
      readonly message: string;
      readonly how: LeaveOptions;
    };

export function LeaveDialog({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { shell } = useText();
  const { client, removeDevice } = useApp();
  const [, goTo] = useLocation();
  const [step, setStep] = useState<Step>({ at: "asking" });
  const { save, isSaved } = useSaveUnsent();
  const close = () => {
    setStep({ at: "asking" });
    onClose();
  };
  const leave = async (how: LeaveOptions) => {
    setStep({ at: "leaving" });
    const left = await client.leaveDevice(how);
    if (left.ok) {
      // What nobody can open any more is not to lie about; what the server may lack, whoever wrote it, is perhaps nowhere else.
      const kept = await Promise.all([
        client.peopleHere(),
        client.attachments.unsent(),
      ]);
      const isKept =
        (await client.holdsUnacknowledged()) ||
        kept.some(({ length }) => length > 0);
      if (!isKept) return removeDevice();
      close();
      // Who uses the device next is chosen, not taken over.
      goTo("/sign-in", { replace: true });
      return;
    }
    const { error } = left;
    // A `count` says how much exists only here.
    setStep(
      "count" in error
        ? { at: "stopped", count: error.count, how }
        : { at: "failed", message: error.message, how },
    );
  };
  const isStopped = step.at === "stopped";
  return (
    <Dialog
      title={isStopped ? shell.leave.stopped(step.count) : shell.leave.title}
      isOpen={isOpen}
      onClose={close}
      isAlert={isStopped}
    >
      <p>{isStopped ? shell.leave.stoppedBody : shell.leave.body}</p>
      {isSaved && (
        <Notice tone="info" isLive>
          {shell.leave.copySaved}
        </Notice>
      )}
      {step.at === "failed" && (
        <Notice tone="danger" isLive>
          <p>{shell.leave.failed(step.message)}</p>
          <p>{shell.leave.onlyHereBody}</p>
        </Notice>
      )}
      <Actions>
        {step.at === "stopped" ? (
          <>
            <Button look="primary" onPress={() => client.startSync()}>
              {shell.leave.syncNow}
            </Button>
            <Button onPress={() => void save()}>{shell.leave.saveCopy}</Button>
            <Button onPress={close}>{shell.leave.stay}</Button>
            <Button
              look="danger"
              onPress={() =>
                void leave({ ...step.how, evenWithUnsynced: true })
              }
            >
              {shell.leave.anyway}
            </Button>
          </>
        ) : (
          <>
            <Button
              look="primary"
              isDisabled={step.at === "leaving"}
              onPress={() => void leave(step.at === "failed" ? step.how : {})}
            >
              {step.at === "failed" ? shell.leave.again : shell.leave.confirm}
            </Button>
            {step.at === "failed" && (
              <Button
                look="danger"
                onPress={() => void leave({ ...step.how, withoutServer: true })}
              >
                {shell.leave.onlyHere}
              </Button>
            )}
            <Button onPress={close}>{shell.leave.stay}</Button>
          </>
        )}
      </Actions>
    </Dialog>
  );
}
