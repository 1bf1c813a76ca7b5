import type { Table } from "@suture/schema";

import { attachmentsTable } from "./find-attachment.ts";
import { readinessTable } from "./health-routes.ts";
import { reopenCountsTable } from "./reopen-counts.ts";
import { sessionDevicesTable } from "./session-device.ts";

/** Give these when opening the store. */
export const httpTables: readonly Table<unknown>[] = [
  attachmentsTable,
  sessionDevicesTable,
  readinessTable,
  reopenCountsTable,
];
