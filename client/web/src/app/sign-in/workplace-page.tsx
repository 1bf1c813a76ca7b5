import { useState } from "react";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { useTitle } from "../use-title.ts";
import { FoundForm } from "./found-form.tsx";
import { JoinForm } from "./join-form.tsx";

/** For somebody signed in whom no organization counts as a member yet, as far as this device knows. */
export function WorkplacePage() {
  const { shell, signIn } = useText();
  useTitle(shell.waitingTitle);
  const [way, setWay] = useState<"join" | "found" | null>(null);
  return (
    <div className="narrow">
      {way === null && (
        <>
          <h1>{shell.waitingTitle}</h1>
          <p>{shell.waitingBody}</p>
          <div className="actions">
            <Button onPress={() => setWay("join")}>{signIn.join}</Button>
            <Button onPress={() => setWay("found")}>{signIn.found}</Button>
          </div>
        </>
      )}
      {way === "join" && <JoinForm />}
      {way === "found" && <FoundForm />}
    </div>
  );
}
