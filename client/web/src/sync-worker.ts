/** Sync, beside the page: of all open tabs, one tab's worker syncs for all. */
import { serveBrowserSync } from "@suture/client/browser";

import { syncOptions } from "./sync-options.ts";

void serveBrowserSync(syncOptions());
