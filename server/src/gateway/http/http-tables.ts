import type { Table } from "@suture/schema";

import { readinessTable } from "./health-routes.ts";
import { reopenCountsTable } from "./reopen-counts.ts";
import { sessionDevicesTable } from "./session-device.ts";

/** Give these when opening the store. */
export const httpTables: readonly Table<unknown>[] = [
  sessionDevicesTable,
  readinessTable,
  reopenCountsTable,
];
