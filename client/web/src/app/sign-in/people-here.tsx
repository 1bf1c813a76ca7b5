/** A shared tablet: who of those signed in on it uses it now, behind their own password. SPEC AP-13, AP-103. */
import { useState } from "react";
import { useLocation } from "wouter";

import type { PersonHere } from "@suture/client";
import { usePerson } from "@suture/client/react";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { useTitle } from "../use-title.ts";
import { PasswordForm } from "./password-form.tsx";

export function PeopleHere({
  people,
  onOther,
}: {
  readonly people: readonly PersonHere[];
  readonly onOther: () => void;
}) {
  const { common, signIn } = useText();
  const current = usePerson();
  const [path, goTo] = useLocation();
  const [chosen, setChosen] = useState<PersonHere | null>(null);
  useTitle(signIn.peopleTitle);
  const nameOf = ({ name, memberships }: PersonHere) =>
    name ?? (memberships.length === 0 ? signIn.unnamed : common.unknownMember);
  const choose = (person: PersonHere) => {
    if (person.personId === current?.personId) goTo("/", { replace: true });
    else setChosen(person);
  };
  const opened = ({ wasLast }: PersonHere) => {
    // Whoever comes back finds the page they had; the next person begins at the start.
    if (!wasLast || path === "/sign-in") goTo("/", { replace: true });
  };
  if (chosen !== null)
    return (
      <PasswordForm
        key={chosen.personId}
        personId={chosen.personId}
        name={nameOf(chosen)}
        onOpened={() => opened(chosen)}
        onBack={() => setChosen(null)}
      />
    );
  return (
    <>
      <h1>{signIn.peopleTitle}</h1>
      <p className="muted">{signIn.peopleLead}</p>
      <ul className="people-here">
        {people.map((person) => (
          <li key={person.personId}>
            <Button
              look={person.personId === current?.personId ? "primary" : "plain"}
              onPress={() => choose(person)}
            >
              {nameOf(person)}
              {person.memberships[0] !== undefined && (
                <span className="hint">
                  {person.memberships[0].roles
                    .map((role) => common.roles[role])
                    .join(", ")}
                </span>
              )}
            </Button>
          </li>
        ))}
      </ul>
      <Button look="quiet" onPress={onOther}>
        {signIn.another}
      </Button>
    </>
  );
}
