import type { Client } from "@suture/client";
import type { DeviceId, RecordId } from "@suture/schema";

import type { ApiFetch } from "../http/api-fetch.ts";
import { sendReopenCounts } from "../http/reopen-counts-api.ts";

const maxDaysTold = 31;

/** Tells the server what was counted of the person's work there and not told yet. What it does not take stays to be told. SPEC AP-117. */
export async function reportReopens(
  { reopens }: Pick<Client, "reopens">,
  api: ApiFetch,
  of: { readonly organizationId: RecordId; readonly deviceId: DeviceId },
): Promise<void> {
  const counts = (await reopens.unreported())
    .filter(({ organizationId }) => organizationId === of.organizationId)
    .slice(-maxDaysTold);
  if (counts.length === 0) return;
  const answer = await sendReopenCounts(api, of, counts);
  if (answer.ok) await reopens.reported(counts);
}
