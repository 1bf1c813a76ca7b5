/** A record's history as the server tells it, with what had been sent to whom. Looking is in the server's chain of reads. SPEC AU-8. */
import { recordHistoryPageSchema, type RecordId } from "@suture/schema";

import type { ApiFetch } from "./api-fetch.ts";

const pageEntries = 200;

/** A page, in the order of admission; `next` is where to go on. */
export function readHistoryPage(
  api: ApiFetch,
  recordId: RecordId,
  after: number,
) {
  return api({
    method: "GET",
    path: `/v1/records/${recordId}/history`,
    query: { after, limit: pageEntries },
    answer: recordHistoryPageSchema,
  });
}
