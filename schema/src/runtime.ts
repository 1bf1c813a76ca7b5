/**
 * What Suture asks of the machine it runs on. Everything that is not a pure function of its input comes in through one of
 * these, so that a simulation can replace time and chance. Only composition roots make the real ones.
 */

export interface Clock {
  /** Milliseconds since the Unix epoch, as this machine believes it to be. */
  now(): number;
}

export interface Random {
  /** `length` bytes fit for identifiers and nonces. */
  bytes(length: number): Uint8Array;
}

export interface Timer {
  cancel(): void;
}

export interface Timers {
  /** Calls `task` once, `delayMs` from now, unless cancelled before. */
  after(delayMs: number, task: () => void): Timer;
}

/** A random UUID (version 4, RFC 9562), lower case. */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
