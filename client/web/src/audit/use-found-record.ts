import { useEffect, useState } from "react";

import { sutureRecords, type RecordId, type RecordType } from "@suture/schema";
import type { SutureRecord } from "@suture/client";
import { useClient } from "@suture/client/react";

/** A record of whichever type; null where this device does not hold it, undefined while it is looked for. */
export function useFoundRecord(
  recordId: RecordId,
): SutureRecord<RecordType> | null | undefined {
  const client = useClient();
  const [found, setFound] = useState<SutureRecord<RecordType> | null>();
  useEffect(() => {
    let isWanted = true;
    const look = async () => {
      for (const type of sutureRecords) {
        const record = await client.records<RecordType>(type).get(recordId);
        if (record.ok) return record.value;
      }
      return null;
    };
    void look().then((record) => {
      if (isWanted) setFound(record);
    });
    return () => {
      isWanted = false;
    };
  }, [client, recordId]);
  return found;
}
