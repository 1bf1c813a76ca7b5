/** Every table the server keeps, each declared by the subject that owns it: what a store is opened with. */
import type { Table } from "@suture/schema";
import { admissionTables } from "./admission/admission-tables.ts";
import { auditTables } from "./audit/audit-tables.ts";
import { httpTables } from "./gateway/http/http-tables.ts";
import { manifestTables } from "./gateway/sync/manifests.ts";
import { identityTables } from "./identity/identity-tables.ts";
import { logTables } from "./log/log-tables.ts";
import { reviewTables } from "./review/review-tables.ts";
import { sampleTable } from "./sample/sample-table.ts";

export const serverTables: readonly Table<unknown>[] = [
  ...identityTables,
  ...logTables,
  ...admissionTables,
  ...reviewTables,
  ...auditTables,
  ...manifestTables,
  ...httpTables,
  sampleTable,
];
