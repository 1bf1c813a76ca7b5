import type { Cursor } from "@suture/schema";
import type { ScopeAccess } from "./access.ts";

/** Where one session stands in one scope. */
export interface ScopeFeed {
  access: ScopeAccess;
  /** Up to where it was sent the log; null before the first page. */
  position: Cursor | null;
  /** Whether rows are forwarded as they are appended. If not, the device pulls. */
  isLive: boolean;
  /** It fell behind while rights were unsettled, and has not been told that there is more. */
  isOwedNotice: boolean;
}
