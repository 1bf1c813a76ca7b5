import { useMemo } from "react";

import type { Membership, Role } from "@suture/schema";
import { useMemberships } from "@suture/client/react";

export interface Me {
  /** Where the person works now: the first of their organizations. Null until the server, or a founding, has said. */
  readonly membership: Membership | null;
  /** As they count now. */
  readonly roles: ReadonlySet<Role>;
}

/** Who uses the device, as far as their rights go. What they may do is asked of `@suture/schema`: `maySign`, `mayWrite`, … */
export function useMe(): Me {
  const memberships = useMemberships();
  return useMemo(() => {
    const membership = memberships[0] ?? null;
    return { membership, roles: new Set(membership?.roles ?? []) };
  }, [memberships]);
}
