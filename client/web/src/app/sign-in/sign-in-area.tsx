/** Before there is a person: choosing who of those signed in here uses the device, signing in, joining, founding. */
import { useState } from "react";
import { useLocation } from "wouter";

import { useText } from "../../text/use-text.ts";
import { DamageNotice } from "../damage-notice.tsx";
import { FullNotice } from "../full-notice.tsx";
import { Entrance } from "./entrance.tsx";
import { ExternalSignIn } from "./external-sign-in.tsx";
import { FoundForm } from "./found-form.tsx";
import { JoinForm } from "./join-form.tsx";
import { PeopleHere } from "./people-here.tsx";
import { SignInForm } from "./sign-in-form.tsx";
import { usePeopleHere } from "./use-people-here.ts";

type Way = "people" | "sign-in" | "join" | "found";

export function SignInArea() {
  const { signIn } = useText();
  const [, goTo] = useLocation();
  const people = usePeopleHere();
  const [chosenWay, setWay] = useState<Way | null>(null);
  /** Joining and founding sign somebody in on the way; they stay here until they are done. */
  const begin = (chosen: "join" | "found") => {
    goTo("/sign-in", { replace: true });
    setWay(chosen);
  };
  if (people === null) return null;
  const isAnybodyHere = people.length > 0;
  const way = chosenWay ?? (isAnybodyHere ? "people" : "sign-in");
  return (
    <Entrance>
      <DamageNotice />
      <FullNotice />
      {way === "people" && (
        <PeopleHere people={people} onOther={() => setWay("sign-in")} />
      )}
      {way === "sign-in" && (
        <>
          <SignInForm />
          <ExternalSignIn />
          <section className="entrance-else" aria-label={signIn.newHere}>
            <button className="link" onClick={() => begin("join")}>
              {signIn.join}
            </button>
            <button className="link" onClick={() => begin("found")}>
              {signIn.found}
            </button>
          </section>
        </>
      )}
      {way === "join" && <JoinForm />}
      {way === "found" && <FoundForm />}
      {way !== "people" && (isAnybodyHere || way !== "sign-in") && (
        <p>
          <button
            className="link"
            onClick={() => setWay(isAnybodyHere ? "people" : "sign-in")}
          >
            {isAnybodyHere ? signIn.peopleTitle : signIn.haveAccount}
          </button>
        </p>
      )}
    </Entrance>
  );
}
