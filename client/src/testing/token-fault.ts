/**
 * Sign-ins that end while a connection is open. A device is given sync tokens of the server's own making, of which almost all
 * their life is over, and its connections break, so that it goes on with them.
 */
import { StoreError } from "@suture/schema";

import type { TokenStore } from "../identity/token-store.ts";
import type { SimulatedLink } from "./network/simulated-link.ts";
import type { ServerInWorld } from "./server-in-world.ts";

type Issue = NonNullable<ServerInWorld["issueSyncToken"]>;

export interface TokenFault {
  readonly name: "tokenExpires";
  /** Before that, a device that reaches the server renews them. */
  readonly afterMs: number;
}

export function tokenExpires({
  afterMs,
}: {
  readonly afterMs: number;
}): TokenFault {
  return { name: "tokenExpires", afterMs };
}

/** Happens once; resolves to how many tokens there were. None where nobody is signed in or the server is down. */
export async function endTokensSoon(
  { afterMs }: TokenFault,
  device: {
    readonly tokens: TokenStore;
    readonly link: SimulatedLink;
    readonly server: ServerInWorld | undefined;
  },
): Promise<number> {
  const { tokens, link, server } = device;
  let count = 0;
  for (const personId of await tokens.listPersonIds()) {
    const held = await tokens.loadGrant(personId);
    if (held === undefined) continue;
    const { deviceId } = held;
    const soon = await issued(server, { personId, deviceId, leftMs: afterMs });
    // They may have left the device meanwhile.
    const now = await tokens.loadGrant(personId);
    if (soon === undefined || now === undefined) continue;
    await tokens.saveGrant({ ...now, ...soon });
    count += 1;
  }
  if (count > 0) link.cut();
  return count;
}

/** Undefined where the server is down, or its disk fails. */
async function issued(
  server: ServerInWorld | undefined,
  to: Parameters<Issue>[0],
): Promise<Awaited<ReturnType<Issue>> | undefined> {
  try {
    return await server?.issueSyncToken?.(to);
  } catch (cause) {
    if (cause instanceof StoreError) return undefined;
    throw cause;
  }
}
