/** How often what was saved is opened again only to look: what this device counted, and what all told. SPEC HT-14, AP-117. */
import type { DeviceId, RecordId } from "@suture/schema";
import type { ReopenCount } from "@suture/client";
import { z } from "zod";

import type { ApiFetch } from "./api-fetch.ts";

const weeksSchema = z.object({
  weeks: z.array(
    z.object({
      /** Its Monday. */
      fromDay: z.iso.date(),
      saveCount: z.int(),
      reopenCount: z.int(),
      deviceCount: z.int(),
    }),
  ),
});

/** The latest week first. For managers, admins and auditors. */
export function readReopenWeeks(api: ApiFetch, organizationId: RecordId) {
  const path = pathOf(organizationId);
  return api({ method: "GET", path, answer: weeksSchema });
}

/** Days of one organization, 31 at most. Sent again they change nothing. */
export function sendReopenCounts(
  api: ApiFetch,
  of: { readonly organizationId: RecordId; readonly deviceId: DeviceId },
  counts: readonly ReopenCount[],
) {
  const days = counts.map(({ day, saveCount, reopenCount }) => ({
    day,
    saveCount,
    reopenCount,
  }));
  return api({
    method: "POST",
    path: pathOf(of.organizationId),
    body: { deviceId: of.deviceId, days },
    answer: z.null(),
  });
}

function pathOf(organizationId: RecordId): string {
  return `/v1/organizations/${organizationId}/reopen-counts`;
}
