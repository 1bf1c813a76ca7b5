import { recordIdSchema, type RecordId } from "@suture/schema";
import { useClient, useRecord } from "@suture/client/react";

import { useText } from "../text/use-text.ts";

/** What a piece of equipment is called; says so where its record is not on this device. */
export function EquipmentName({
  equipmentId,
}: {
  readonly equipmentId: string;
}) {
  const { values } = useText();
  const recordId = recordIdSchema.safeParse(equipmentId);
  return recordId.success ? (
    <NameOf equipmentId={recordId.data} />
  ) : (
    <>{values.unknownRecord(equipmentId)}</>
  );
}

function NameOf({ equipmentId }: { readonly equipmentId: RecordId }) {
  const { equipment, values } = useText();
  const reading = useRecord(useClient().equipment, equipmentId);
  if (reading.state === "loading") return <>…</>;
  if (reading.state === "problem")
    return <>{values.unknownRecord(equipmentId)}</>;
  return <>{reading.snapshot.fields.deviceName ?? equipment.unnamed}</>;
}
