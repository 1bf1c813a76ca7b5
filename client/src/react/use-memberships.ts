import type { Membership } from "@suture/schema";

import type { Client } from "../client.ts";
import { useClient } from "./suture-provider.tsx";
import { useWatched } from "./use-watched.ts";

/** Where whoever uses the device may do what, as last heard. SPEC RE-13. */
export function useMemberships(): readonly Membership[] {
  return useWatched(useClient(), membershipsOf, isSameRights);
}

function membershipsOf(client: Client): readonly Membership[] {
  return client.memberships;
}

function isSameRights(
  before: readonly Membership[],
  now: readonly Membership[],
): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}
