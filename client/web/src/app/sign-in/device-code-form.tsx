import { useState } from "react";
import { useLocation } from "wouter";

import type { PersonId } from "@suture/schema";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useApp } from "../app-deps.tsx";
import { useSubmit } from "./use-submit.ts";

/** Tries wait, and a code is good for this device alone. */
const minCodeLength = 6;

/** What stands in for a password where the device is locked, for somebody whose password this server never sees. SPEC AP-109. */
export function DeviceCodeForm({ personId }: { readonly personId: PersonId }) {
  const { signIn } = useText();
  const { client } = useApp();
  const [, goTo] = useLocation();
  const [code, setCode] = useState("");
  const submit = useSubmit(async () => {
    if (code.length < minCodeLength) return signIn.codeTooShort(minCodeLength);
    // For somebody who no longer uses the device it keeps nothing, and the form goes away.
    await client.lock.keepCheck(personId, { email: null, password: code });
    goTo("/", { replace: true });
    return null;
  });
  return (
    <form className="form" onSubmit={submit.onSubmit}>
      <h1>{signIn.codeTitle}</h1>
      <p className="muted">{signIn.codeLead}</p>
      <TextField
        label={signIn.deviceCode}
        hint={signIn.newPasswordHint(minCodeLength)}
        type="password"
        autoComplete="new-password"
        isRequired
        autoFocus
        value={code}
        onChange={setCode}
      />
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
      <Button type="submit" look="primary" isDisabled={submit.isBusy}>
        {signIn.codeSubmit}
      </Button>
    </form>
  );
}
