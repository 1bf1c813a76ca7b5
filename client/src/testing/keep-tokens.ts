import type { DeviceKeyPair } from "../identity/device-key.ts";
import type { Grant, TokenStore } from "../identity/token-store.ts";

/** What a token store held at one moment. */
export interface KeptTokens {
  readonly keyPair: DeviceKeyPair | undefined;
  readonly grants: readonly Grant[];
}

export async function keepTokens(tokens: TokenStore): Promise<KeptTokens> {
  const personIds = await tokens.listPersonIds();
  const grants = await Promise.all(
    personIds.map((personId) => tokens.loadGrant(personId)),
  );
  return {
    keyPair: await tokens.loadKeyPair(),
    grants: grants.filter((grant) => grant !== undefined),
  };
}

export async function putBackTokens(
  tokens: TokenStore,
  { keyPair, grants }: KeptTokens,
): Promise<void> {
  if (keyPair !== undefined) await tokens.saveKeyPair(keyPair);
  for (const grant of grants) await tokens.saveGrant(grant);
}
