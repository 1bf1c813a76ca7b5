import { useState } from "react";
import { useLocation } from "wouter";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useTitle } from "../use-title.ts";
import { AccountFields, type AccountValues } from "./account-fields.tsx";
import { useAccount } from "./use-account.ts";
import { useSubmit } from "./use-submit.ts";

export function SignInForm() {
  const { signIn } = useText();
  useTitle(signIn.title);
  const account = useAccount();
  const [, goTo] = useLocation();
  const [values, setValues] = useState<AccountValues>({
    email: "",
    password: "",
    deviceName: signIn.deviceDefault,
  });
  const submit = useSubmit(async () => {
    const problem = await account.signIn(values);
    if (problem === null) goTo("/", { replace: true });
    return problem;
  });
  return (
    <form className="form" onSubmit={submit.onSubmit}>
      <h1>{signIn.title}</h1>
      <p className="muted">{signIn.lead}</p>
      <AccountFields
        values={values}
        onChange={(part) => setValues({ ...values, ...part })}
      />
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
      <Button type="submit" look="primary" isDisabled={submit.isBusy}>
        {submit.isBusy ? signIn.working : signIn.submit}
      </Button>
      <p className="hint">{signIn.needsNetwork}</p>
    </form>
  );
}
