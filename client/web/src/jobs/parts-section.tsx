/** Which parts were replaced: named one by one, or the explicit word that there were none. Silence is neither. SPEC AP-44. */
import { useState } from "react";

import { maySign, serviceJob, type OpId } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useSign } from "../forms/use-sign.ts";
import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions, Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import type { JobRecord, ServiceReading } from "./job-actions.tsx";
import { PartForm } from "./part-form.tsx";
import { endParts, type PartsDraft } from "./parts-draft.ts";
import { Signers } from "./signers.tsx";
import { TakeBack } from "./take-back.tsx";

export type SettledService = Extract<
  ServiceReading,
  { readonly status: "settled" }
>;

export function PartsSection({
  record,
  reading,
  version = null,
}: {
  readonly record: JobRecord;
  readonly reading: SettledService;
  /** Of what is contested, the one that is gone on with. */
  readonly version?: OpId | null;
}) {
  const { jobs, common } = useText();
  const { roles } = useMe();
  const names = useNames();
  const { sign, isSaving, problem } = useSign(
    record,
    "service",
    reading,
    version,
  );
  const [hasChanged, setHasChanged] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const { partsReplaced, completion } = reading.content;
  const entries = Object.entries(partsReplaced);
  const saysNone = entries.some(([, { kind }]) => kind === "none");
  const mayChange =
    maySign(serviceJob.groups.service, [], roles) && completion === null;
  const tap = async (write: (draft: PartsDraft) => void) => {
    const outcome = await sign(({ service }) => write(service.partsReplaced));
    setHasChanged(outcome === "changed");
    setIsAsking(false);
  };
  const sayNone = () =>
    void tap((draft) => {
      endParts(draft);
      draft.add({ kind: "none", status: "active" });
    });
  return (
    <section className="job-section" aria-labelledby="parts">
      <h2 id="parts">{jobs.partsTitle}</h2>
      {entries.length === 0 && <p className="muted">{jobs.partsUnanswered}</p>}
      <ul className="work-list" aria-labelledby="parts">
        {entries.map(([id, entry]) => {
          const words =
            entry.kind === "none"
              ? jobs.partsNone
              : valueWords("partsReplaced", entry, names);
          return (
            <li key={id}>
              <span>{words}</span>
              {mayChange && (
                <TakeBack
                  words={words}
                  isDisabled={isSaving}
                  onConfirm={() => void tap((draft) => endParts(draft, id))}
                />
              )}
            </li>
          );
        })}
      </ul>
      <Signers reading={reading} />
      {hasChanged && (
        <Notice tone="warning" isLive>
          {jobs.changedMeanwhile}
        </Notice>
      )}
      {problem !== null && (
        <Notice tone="danger" isLive>
          {problem}
        </Notice>
      )}
      {mayChange && (
        <>
          <PartForm record={record} reading={reading} version={version} />
          {!saysNone && (
            <div className="actions">
              <Button
                isDisabled={isSaving}
                onPress={() =>
                  entries.length === 0 ? sayNone() : setIsAsking(true)
                }
              >
                {jobs.sayNone}
              </Button>
            </div>
          )}
        </>
      )}
      {completion !== null && <p className="muted">{jobs.closedHint}</p>}
      <Dialog
        title={jobs.sayNone}
        isOpen={isAsking}
        isAlert
        onClose={() => setIsAsking(false)}
      >
        <p>{jobs.replacesParts(entries.length)}</p>
        <Actions>
          <Button look="danger" isDisabled={isSaving} onPress={sayNone}>
            {jobs.sayNone}
          </Button>
          <Button look="quiet" onPress={() => setIsAsking(false)}>
            {common.cancel}
          </Button>
        </Actions>
      </Dialog>
    </section>
  );
}
