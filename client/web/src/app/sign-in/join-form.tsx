import { useState } from "react";
import { useLocation } from "wouter";

import { usePerson } from "@suture/client/react";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { AccountFields, type AccountValues } from "./account-fields.tsx";
import { useAccount } from "./use-account.ts";
import { useSubmit } from "./use-submit.ts";

/** Joining by an invitation: with the account of whoever is signed in, or another or new one. SPEC AP-14. */
export function JoinForm() {
  const { signIn } = useText();
  const account = useAccount();
  const person = usePerson();
  const [, goTo] = useLocation();
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [isNew, setIsNew] = useState(true);
  const [values, setValues] = useState<AccountValues>({
    email: "",
    password: "",
    deviceName: signIn.deviceDefault,
  });
  // An account made, or signed in to, in an earlier try is not made again.
  const [isSignedIn, setIsSignedIn] = useState(person !== null);
  const submit = useSubmit(async () => {
    if (!isSignedIn) {
      const input = isNew ? { ...values, newName: name } : values;
      const problem = await account.signIn(input);
      if (problem !== null) return problem;
      setIsSignedIn(true);
    }
    const problem = await account.join(code.trim());
    if (problem === null) goTo("/", { replace: true });
    return problem;
  });
  return (
    <form className="form" onSubmit={submit.onSubmit}>
      <h1>{signIn.joinTitle}</h1>
      <p className="muted">{signIn.joinLead}</p>
      <TextField
        label={signIn.code}
        isRequired
        value={code}
        onChange={setCode}
      />
      {!isSignedIn && (
        <>
          <label className="check">
            <input
              type="checkbox"
              checked={isNew}
              onChange={({ target }) => setIsNew(target.checked)}
            />
            {signIn.isNew}
          </label>
          {isNew && (
            <TextField
              label={signIn.name}
              autoComplete="name"
              isRequired
              value={name}
              onChange={setName}
            />
          )}
          <AccountFields
            values={values}
            isNew={isNew}
            onChange={(part) => setValues({ ...values, ...part })}
          />
        </>
      )}
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
      <Button type="submit" look="primary" isDisabled={submit.isBusy}>
        {submit.isBusy
          ? signIn.working
          : isSignedIn || isNew
            ? signIn.joinSubmit
            : signIn.joinWithAccount}
      </Button>
    </form>
  );
}
