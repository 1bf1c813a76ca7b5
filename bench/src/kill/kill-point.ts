/** Where a server under load is killed, and how its killer is told. */

/** The first two are chosen by the clock, from outside; the others by the killer inside the process. */
export const killPoints = [
  "any-moment",
  "while-starting",
  "before-commit",
  "after-commit",
  "before-verdict",
  "after-verdict",
] as const;
export type KillPoint = (typeof killPoints)[number];
export type NamedPoint = Exclude<KillPoint, "any-moment" | "while-starting">;

/** Said to the killer: end this process when it comes to the point for the n-th time from now. */
export interface KillOrder {
  readonly point: NamedPoint;
  readonly nth: number;
}
