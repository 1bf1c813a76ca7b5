/** Who is signed in on this device, for the sync engine: tokens from the store, and proofs by the device key. */
import type { PersonId } from "@suture/schema";

import { openDeviceKey } from "./identity/device-key.ts";
import { makeSyncHeaders } from "./identity/dpop-proof.ts";
import { renewSyncToken } from "./identity/sign-in.ts";
import type { IdentityClientDeps } from "./identity/sign-in.ts";
import type { SyncIdentity } from "./sync/sync-engine.ts";

export interface SyncIdentityDeps extends IdentityClientDeps {
  /** Whose token opens the socket, if they have one. */
  currentPersonId(): PersonId | undefined;
}

export function createSyncIdentity(deps: SyncIdentityDeps): SyncIdentity {
  const { tokens, clock, random } = deps;
  return {
    async credentials() {
      const current = deps.currentPersonId();
      const personIds = [...(await tokens.listPersonIds())].sort(
        (left, right) => Number(right === current) - Number(left === current),
      );
      const grants = await Promise.all(
        personIds.map((personId) => tokens.loadGrant(personId)),
      );
      return grants.flatMap((grant) => (grant === undefined ? [] : [grant]));
    },
    async headers(request) {
      const pair = await tokens.loadKeyPair();
      if (pair === undefined)
        throw new Error("there is a sync token but no device key");
      const key = await openDeviceKey(pair);
      return {
        ...(await makeSyncHeaders({ key, clock, random }, request)),
      };
    },
    async renewedToken(personId, token) {
      try {
        const held = await tokens.loadGrant(personId);
        // It may have been renewed in the background already.
        if (held?.syncToken === token) await renewSyncToken(deps, personId);
        const now = await tokens.loadGrant(personId);
        return now?.syncToken === token ? undefined : now?.syncToken;
      } catch {
        // A token store that fails here fails the next connection too, and is reported there.
        return undefined;
      }
    },
  };
}
