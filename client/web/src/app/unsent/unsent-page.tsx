/** What is on this device only: most urgent first, with its state, age and reason; and what was not accepted. SPEC AP-10. */
import {
  useStranded,
  useUnsentAttachments,
  useUnsynced,
} from "@suture/client/react";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Notice } from "../../ui/notice.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { useApp } from "../app-deps.tsx";
import { useNow } from "../use-now.ts";
import { useTitle } from "../use-title.ts";
import { StorageNotice } from "./storage-notice.tsx";
import { StrandedRow } from "./stranded-row.tsx";
import { UnsentPhoto } from "./unsent-photo.tsx";
import { UnsentRow } from "./unsent-row.tsx";
import { fileStamp, jsonFile, useSaveUnsent } from "./use-save-unsent.ts";

export function UnsentPage() {
  const { common, unsent } = useText();
  const { client, clock, saveFile } = useApp();
  const unsynced = useUnsynced();
  const pictures = useUnsentAttachments();
  const hasFailed = unsynced.hasFailed || pictures.hasFailed;
  const isKnown = unsynced.changes !== null && pictures.attachments !== null;
  const changes = unsynced.changes ?? [];
  const photos = pictures.attachments ?? [];
  const count = changes.length + photos.length;
  const work = useStranded().work ?? [];
  const nowMs = useNow();
  const { save, isSaved } = useSaveUnsent();
  useTitle(unsent.title);
  const saveStranded = async () => {
    const copy = await client.exportStranded();
    const name = unsent.strandedFileName(fileStamp(clock.now()));
    saveFile(name, jsonFile(copy));
  };
  return (
    <>
      <h1>{unsent.title}</h1>
      {hasFailed && <Notice tone="danger">{common.storeFailed}</Notice>}
      {count > 0 && (
        <>
          <p className="muted">{unsent.lead}</p>
          <div className="actions">
            <Button look="primary" onPress={() => client.startSync()}>
              {unsent.syncNow}
            </Button>
            <Button onPress={() => void save()}>{unsent.saveCopy}</Button>
          </div>
        </>
      )}
      {isSaved && (
        <Notice tone="info" isLive>
          {unsent.copySaved}
        </Notice>
      )}
      {isKnown && count === 0 && !hasFailed && (
        <EmptyState title={unsent.nothing}>
          <p>{unsent.nothingBody}</p>
        </EmptyState>
      )}
      <StorageNotice />
      <VirtualList
        label={unsent.title}
        items={changes}
        keyOf={({ recordId, hash }) => `${recordId} ${hash}`}
        rowHeightPx={112}
        renderItem={(change) => <UnsentRow change={change} nowMs={nowMs} />}
      />
      {photos.length > 0 && (
        <ul className="cards" aria-label={unsent.photos}>
          {photos.map((photo) => (
            <li key={`${photo.recordId} ${photo.hash}`}>
              <UnsentPhoto attachment={photo} nowMs={nowMs} />
            </li>
          ))}
        </ul>
      )}
      {work.length > 0 && (
        <section aria-labelledby="stranded">
          <h2 id="stranded">{unsent.strandedTitle}</h2>
          <p className="muted">{unsent.strandedLead}</p>
          <div className="actions">
            <Button onPress={() => void saveStranded()}>
              {unsent.exportStranded}
            </Button>
          </div>
          <ul className="cards" aria-label={unsent.strandedTitle}>
            {work.map((piece) => (
              <li key={`${piece.recordId} ${piece.hash}`}>
                <StrandedRow work={piece} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
