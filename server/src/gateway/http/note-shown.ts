/**
 * What somebody signs over by HTTP, this server has shown them: it counts as sent to the device that stands for their session, so
 * that no such signature passes for one over the unseen. Noted before it is pushed. SPEC EV-3.
 */
import {
  decodeChange,
  defaultChangeLimits,
  type DeviceId,
  type RecordId,
} from "@suture/schema";

import type { PushedChange } from "../../admission/judgement.ts";
import { findChangeRow } from "../../audit/record-history.ts";
import { noteDelivered } from "../../log/deliveries.ts";
import { openRecordView } from "../../log/record-view.ts";
import type { HttpDeps } from "./http-deps.ts";

export async function noteShown(
  { store, recordTypes, clock }: HttpDeps,
  organizationId: RecordId,
  deviceId: DeviceId,
  { recordId, bytes }: PushedChange,
): Promise<void> {
  await store.write(organizationId, async (tx) => {
    const record = await openRecordView(tx, recordId, recordTypes.get);
    const change = decodeChange(bytes, defaultChangeLimits);
    if (record === undefined || !change.ok) return;
    const { index } = record.view;
    const readKey = record.type.type;
    for (const opId of change.value.ops.flatMap(({ pred }) => pred)) {
      const hash = index.signedIn(opId);
      const row = hash && (await findChangeRow(tx, recordId, index, hash));
      for (const { scopeId, sequence } of row?.places ?? []) {
        const stretch = { fromSequence: sequence - 1, toSequence: sequence };
        const shown = { deviceId, scopeId, readKey, ...stretch };
        await noteDelivered(tx, shown, clock.now());
      }
    }
  });
}
