/**
 * Why a sync socket was closed: WebSocket close codes of the application range (RFC 6455, 7.4.2), each with a name.
 * A bad change never closes a socket; a bad message always does. SPEC SY-3.
 */
export const closeCodes = {
  "message-malformed": 4400,
  "not-authenticated": 4401,
  "hello-expected": 4402,
  "not-permitted": 4403,
  "hello-late": 4408,
  "message-too-large": 4409,
  /** The device opened another connection, and had as many as it may. */
  replaced: 4410,
  "version-unsupported": 4426,
  "rate-limited": 4429,
  "server-stopping": 4503,
  "server-failed": 4500,
  "slow-reader": 4508,
} as const;

export type CloseName = keyof typeof closeCodes;

export function closeNameOf(code: number): CloseName | undefined {
  const found = Object.entries(closeCodes).find(([, value]) => value === code);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the entries of a constant object carry its own keys
  return found?.[0] as CloseName | undefined;
}
