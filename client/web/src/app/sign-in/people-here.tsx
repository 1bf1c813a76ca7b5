/** A shared tablet: who of those signed in on it uses it now. Sync, drafts and saves are theirs from then on. SPEC AP-13. */
import { useEffect, useState } from "react";
import { useLocation } from "wouter";

import type { PersonHere } from "@suture/client";
import { usePerson } from "@suture/client/react";
import type { PersonId } from "@suture/schema";

import { useText } from "../../text/use-text.ts";
import { MemberName } from "../../ui/member-name.tsx";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useApp } from "../app-deps.tsx";
import { useTitle } from "../use-title.ts";

export function PeopleHere({ onOther }: { readonly onOther: () => void }) {
  const { common, signIn } = useText();
  const { client } = useApp();
  const current = usePerson();
  const [, goTo] = useLocation();
  const [people, setPeople] = useState<readonly PersonHere[] | null>(null);
  const [isGone, setIsGone] = useState(false);
  useTitle(signIn.peopleTitle);
  useEffect(() => {
    let isWanted = true;
    void client.peopleHere().then((found) => {
      if (isWanted) setPeople(found);
    });
    return () => {
      isWanted = false;
    };
  }, [client, current]);
  const use = async (personId: PersonId) => {
    const isHere = await client.usePerson(personId);
    setIsGone(!isHere);
    if (isHere) goTo("/", { replace: true });
  };
  return (
    <>
      <h1>{signIn.peopleTitle}</h1>
      <p className="muted">{signIn.peopleLead}</p>
      {isGone && (
        <Notice tone="warning" isLive>
          {signIn.notSignedInAnyMore}
        </Notice>
      )}
      <ul className="people-here">
        {people?.map(({ personId, memberships: [membership] }) => (
          <li key={personId}>
            <Button
              look={personId === current?.personId ? "primary" : "plain"}
              onPress={() => void use(personId)}
            >
              {membership === undefined ? (
                signIn.unnamed
              ) : (
                <MemberName memberId={membership.memberId} />
              )}
              {membership !== undefined && (
                <span className="hint">
                  {membership.roles
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
