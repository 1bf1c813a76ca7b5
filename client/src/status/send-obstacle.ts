import type { SyncProblemCode } from "../sync/sync-problem.ts";
import type { SendObstacle } from "./send-state.ts";

const signInNeeded: ReadonlySet<SyncProblemCode> = new Set([
  "signed-out",
  "token-expired",
  "token-revoked",
  "token-refused",
  "device-revoked",
]);

/** What keeps work from being sent until somebody does something; null for what passes by itself. */
export function sendObstacleOf(
  code: SyncProblemCode | undefined,
): SendObstacle | null {
  if (code === "update-needed") return "update-needed";
  return code !== undefined && signInNeeded.has(code) ? "sign-in-needed" : null;
}
