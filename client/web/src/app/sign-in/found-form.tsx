import { useState } from "react";
import { useLocation } from "wouter";

import { usePerson } from "@suture/client/react";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { SelectField } from "../../ui/select-field.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useApp } from "../app-deps.tsx";
import { useSaveWords } from "../use-save-words.ts";
import { AccountFields, type AccountValues } from "./account-fields.tsx";
import { useAccount } from "./use-account.ts";
import { useSubmit } from "./use-submit.ts";

/** Founding an organization: the account needs the network, the founding does not. SPEC AP-14. */
export function FoundForm() {
  const { signIn } = useText();
  const { client } = useApp();
  const account = useAccount();
  const wordsOf = useSaveWords();
  const person = usePerson();
  const [, goTo] = useLocation();
  const [organizationName, setOrganizationName] = useState("");
  const [teamName, setTeamName] = useState("");
  const [teamKind, setTeamKind] = useState<"clinic" | "service-group">(
    "clinic",
  );
  const [founderName, setFounderName] = useState("");
  const [values, setValues] = useState<AccountValues>({
    email: "",
    password: "",
    deviceName: signIn.deviceDefault,
  });
  const [isSignedIn, setIsSignedIn] = useState(person !== null);
  const submit = useSubmit(async () => {
    if (!isSignedIn) {
      const problem = await account.signIn({ ...values, newName: founderName });
      if (problem !== null) return problem;
      setIsSignedIn(true);
    }
    const founded = await client.foundOrganization({
      organizationName,
      founderName,
      teamName,
      teamKind,
    });
    if (!founded.ok) return wordsOf(founded.error);
    goTo("/", { replace: true });
    return null;
  });
  return (
    <form className="form" onSubmit={submit.onSubmit}>
      <h1>{signIn.foundTitle}</h1>
      <p className="muted">{signIn.foundLead}</p>
      <TextField
        label={signIn.organizationName}
        isRequired
        value={organizationName}
        onChange={setOrganizationName}
      />
      <TextField
        label={signIn.teamName}
        isRequired
        value={teamName}
        onChange={setTeamName}
      />
      <SelectField
        label={signIn.teamKind}
        value={teamKind}
        choices={[
          { value: "clinic", label: signIn.clinic },
          { value: "service-group", label: signIn.serviceGroup },
        ]}
        onChange={setTeamKind}
      />
      <TextField
        label={signIn.name}
        autoComplete="name"
        isRequired
        value={founderName}
        onChange={setFounderName}
      />
      {!isSignedIn && (
        <AccountFields
          isNew
          values={values}
          onChange={(part) => setValues({ ...values, ...part })}
        />
      )}
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
      <Button type="submit" look="primary" isDisabled={submit.isBusy}>
        {submit.isBusy ? signIn.working : signIn.foundSubmit}
      </Button>
    </form>
  );
}
