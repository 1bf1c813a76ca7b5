/**
 * What a peer is about to be sent, on record before it is: that the person read it, and which statements the device that stands for
 * their session has been shown, so that none passes for signed over the unseen. SPEC PA-11, EV-3.
 */
import { noteDelivered } from "../../log/deliveries.ts";
import type { AutomergeDeps } from "./automerge-deps.ts";
import type { PeerConnection } from "./peer-connection.ts";
import type { RecordPair } from "./record-pair.ts";
import type { ServedRecord } from "./served-record.ts";

export async function noteSent(
  { store, clock, reads }: AutomergeDeps,
  { deviceId, access }: Pick<PeerConnection, "access" | "deviceId">,
  { recordId }: RecordPair,
  { recordType, scope, changes }: ServedRecord,
  sent: readonly string[],
): Promise<void> {
  const { organizationId, memberId, scopeId } = scope;
  reads.note({ organizationId, scopeId, memberId, what: "record", recordId });
  const hashes = new Set(sent);
  const places = changes
    .filter(({ isSigned, hash }) => isSigned && hashes.has(hash))
    .flatMap((change) => change.places)
    .filter((place) => access.scopes.has(place.scopeId));
  if (places.length === 0) return;
  await store.write(organizationId, async (tx) => {
    for (const place of places)
      await noteDelivered(
        tx,
        {
          deviceId,
          scopeId: place.scopeId,
          readKey: recordType,
          fromSequence: place.sequence - 1,
          toSequence: place.sequence,
        },
        clock.now(),
      );
  });
}
