import type { Client } from "../client.ts";
import type { CurrentPerson } from "../records/record-deps.ts";
import { useClient } from "./suture-provider.tsx";
import { useWatched } from "./use-watched.ts";

/** Who uses the device now; null if nobody is signed in. SPEC RE-13. */
export function usePerson(): CurrentPerson | null {
  return useWatched(useClient(), personOf, isSamePerson);
}

function personOf(client: Client): CurrentPerson | null {
  return client.person;
}

function isSamePerson(
  before: CurrentPerson | null,
  now: CurrentPerson | null,
): boolean {
  return (
    before?.personId === now?.personId && before?.deviceId === now?.deviceId
  );
}
