/** Who is signed in on this device, for the sync engine: tokens from the store, and proofs by the device key. */
import type { Clock, PersonId, Random } from "@suture/schema";

import { openDeviceKey } from "./identity/device-key.ts";
import { makeSyncHeaders } from "./identity/dpop-proof.ts";
import type { TokenStore } from "./identity/token-store.ts";
import type { SyncIdentity } from "./sync/sync-engine.ts";

export interface SyncIdentityDeps {
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly random: Random;
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
    async headers(url, token, nonce) {
      const pair = await tokens.loadKeyPair();
      if (pair === undefined)
        throw new Error("there is a sync token but no device key");
      const key = await openDeviceKey(pair);
      return {
        ...(await makeSyncHeaders(
          { key, clock, random },
          { method: "GET", url, token, nonce },
        )),
      };
    },
  };
}
