import type { Step } from "../run.ts";
import type { Desk } from "./desk.ts";
import type { Person } from "./hospital.ts";

/** Something that people do: how often, beside the rest, and what it would be now; null where it cannot be. */
export interface Activity {
  /** As counted. */
  readonly name: string;
  readonly weight: number;
  /** In every run; others are left out of some. */
  readonly isAlways?: boolean;
  offer(desk: Desk): Step | null;
}

/** What whoever has the device does: who, to what, in words. */
export function done(
  name: string,
  desk: Desk,
  person: Person,
  what: string,
  run: () => Promise<void>,
): Step {
  return { name, words: `${person.name} ${what} on ${desk.name}`, run };
}
