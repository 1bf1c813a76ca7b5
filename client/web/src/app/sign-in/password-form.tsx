import { useState } from "react";

import type { OpenProblem } from "@suture/client";
import type { PersonId } from "@suture/schema";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { Actions } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useApp } from "../app-deps.tsx";
import { useSubmit } from "./use-submit.ts";

/** Opens a locked device for one of those who are signed in on it. SPEC AP-104. */
export function PasswordForm({
  personId,
  name,
  onOpened,
  onBack,
}: {
  readonly personId: PersonId;
  readonly name: string;
  readonly onOpened: () => void;
  readonly onBack: () => void;
}) {
  const { signIn } = useText();
  const { client } = useApp();
  const [password, setPassword] = useState("");
  const wordsOf = (problem: OpenProblem): string => {
    switch (problem.code) {
      // The server knows of an e-mail, too, which nobody has typed here.
      case "sign-in-refused":
      case "password-wrong":
        return signIn.passwordWrong;
      case "sign-in-needed":
        return signIn.signInNeeded;
      case "too-many-tries":
        return signIn.tooManyTries(problem.retryAfterMs);
      default:
        return problem.message;
    }
  };
  const submit = useSubmit(async () => {
    const deviceName = signIn.deviceDefault;
    const opened = await client.lock.open({ personId, password, deviceName });
    setPassword("");
    if (!opened.ok) return wordsOf(opened.error);
    client.startSync();
    onOpened();
    return null;
  });
  return (
    <form className="form" onSubmit={submit.onSubmit}>
      <h1>{signIn.use(name)}</h1>
      <TextField
        label={signIn.password}
        hint={signIn.passwordOrCode}
        type="password"
        autoComplete="current-password"
        isRequired
        autoFocus
        value={password}
        onChange={setPassword}
      />
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
      <Actions>
        <Button
          type="submit"
          look="primary"
          isDisabled={submit.isBusy || password === ""}
        >
          {submit.isBusy ? signIn.checking : signIn.continue}
        </Button>
        <Button look="quiet" onPress={onBack}>
          {signIn.notMe}
        </Button>
      </Actions>
    </form>
  );
}
