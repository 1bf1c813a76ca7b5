/** Back from the other service's page: its answer is taken once, and a code for this device is chosen. SPEC AP-107, AP-109, AP-163. */
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";

import { readReturn } from "@suture/client";
import { usePerson } from "@suture/client/react";
import type { PersonId } from "@suture/schema";

import { useText } from "../../text/use-text.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useApp } from "../app-deps.tsx";
import { useTitle } from "../use-title.ts";
import { DeviceCodeForm } from "./device-code-form.tsx";
import { Entrance } from "./entrance.tsx";
import { externalReturnPath } from "./external-sign-in.tsx";

type Step =
  | { readonly at: "asking" }
  | { readonly at: "signed-in"; readonly personId: PersonId }
  | { readonly at: "failed"; readonly problem: string };

export function ExternalReturn() {
  const { common, signIn } = useText();
  const { client, elsewhere } = useApp();
  const [, goTo] = useLocation();
  const current = usePerson()?.personId;
  const [step, setStep] = useState<Step>({ at: "asking" });
  const hasBegun = useRef(false);
  useTitle(signIn.title);
  useEffect(() => {
    if (hasBegun.current) return;
    hasBegun.current = true;
    const answer = new URLSearchParams(window.location.search);
    // The code stays neither in the address nor in the history.
    goTo(externalReturnPath, { replace: true });
    const finish = async (): Promise<Step> => {
      const back = readReturn(elsewhere.takePending(), answer);
      if (!back.ok)
        return { at: "failed", problem: signIn.externalProblem[back.error] };
      const deviceName = signIn.deviceDefault;
      const signedIn = await client.signIn({ ...back.value, deviceName });
      if (!signedIn.ok)
        return { at: "failed", problem: signedIn.error.message };
      client.startSync();
      return { at: "signed-in", personId: signedIn.value.personId };
    };
    finish().then(setStep, () =>
      setStep({ at: "failed", problem: common.storeFailed }),
    );
  }, [client, elsewhere, goTo, common, signIn]);
  // Locked or handed over meanwhile: what is theirs is not for whoever stands here now.
  const isOver = step.at === "signed-in" && step.personId !== current;
  useEffect(() => {
    if (isOver) goTo("/", { replace: true });
  }, [isOver, goTo]);
  return (
    <Entrance>
      {step.at === "asking" && (
        <>
          <h1>{signIn.title}</h1>
          <p className="loading">{signIn.working}</p>
        </>
      )}
      {step.at === "failed" && (
        <>
          <h1>{signIn.title}</h1>
          <Notice tone="danger" isLive>
            {step.problem}
          </Notice>
          <ButtonLink to="/" look="primary">
            {signIn.beginAnew}
          </ButtonLink>
        </>
      )}
      {step.at === "signed-in" && !isOver && (
        <DeviceCodeForm personId={step.personId} />
      )}
    </Entrance>
  );
}
