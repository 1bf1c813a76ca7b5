import { useEffect, useState } from "react";

import type { PersonHere } from "@suture/client";
import { usePerson } from "@suture/client/react";

import { useApp } from "../app-deps.tsx";

/** Who is signed in on the device; null until it is known. */
export function usePeopleHere(): readonly PersonHere[] | null {
  const { client } = useApp();
  const current = usePerson();
  const [people, setPeople] = useState<readonly PersonHere[] | null>(null);
  useEffect(() => {
    let isWanted = true;
    const take = (found: readonly PersonHere[]) => {
      if (isWanted) setPeople(found);
    };
    // Where it cannot be read, somebody can still sign in.
    client.peopleHere().then(take, () => take([]));
    return () => {
      isWanted = false;
    };
  }, [client, current]);
  return people;
}
