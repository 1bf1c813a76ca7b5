/** What of this device's store was found damaged, until somebody has seen it, and how it is mended. SPEC WB-39. */
import { useEffect, useState, useSyncExternalStore } from "react";

import type { DamageReport } from "@suture/client";
import { usePerson } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { useApp } from "./app-deps.tsx";
import { MissingRecords } from "./missing-records.tsx";

export function DamageNotice() {
  const { common, shell } = useText();
  const { client, storeDamage } = useApp();
  const personId = usePerson()?.personId;
  const isMet = useSyncExternalStore(storeDamage.watch, storeDamage.isMet);
  const [reports, read] = useDamageReports();
  const see = async (number: number) => {
    await client.damage.acknowledge(number);
    await read();
  };
  return (
    <>
      {isMet && (
        <Notice tone="danger" title={shell.damage.metTitle} isLive>
          <p>{shell.damage.metBody}</p>
          <Button onPress={() => storeDamage.mend()}>
            {shell.damage.mend}
          </Button>
        </Notice>
      )}
      {reports.map(({ number, foundAtMs, keptAs, areAllNamed, missing }) => (
        <Notice key={number} tone="warning" title={shell.damage.reportTitle}>
          <p>
            {shell.damage.found(
              foundAtMs === null ? "" : common.dateTime(foundAtMs),
              keptAs,
            )}
          </p>
          <MissingRecords key={personId} missing={missing} />
          {!areAllNamed && <p>{shell.damage.notAllNamed}</p>}
          <Button onPress={() => void see(number)}>{shell.damage.seen}</Button>
        </Notice>
      ))}
    </>
  );
}

/** They come at the start only; what is missing grows less as it comes back. */
function useDamageReports() {
  const { client } = useApp();
  const [reports, setReports] = useState<readonly DamageReport[]>([]);
  const isAnyOpen = reports.length > 0;
  const read = async () => setReports(await client.damage.list());
  useEffect(() => {
    let isWanted = true;
    // A store that cannot be read is told of by whatever else reads it.
    const look = () =>
      void client.damage.list().then(
        (found) => void (isWanted && setReports(found)),
        () => undefined,
      );
    look();
    const stop = isAnyOpen ? client.watch(look) : () => undefined;
    return () => {
      isWanted = false;
      stop();
    };
  }, [client, isAnyOpen]);
  return [reports, read] as const;
}
