/** Notes stand beside each other, each as it was written; one that was entered in error is marked, not gone. */
import { mayWrite, patient } from "@suture/schema";
import { useHistory, type ShownRecord } from "@suture/client/react";

import { useApp } from "../app/app-deps.tsx";
import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useMe } from "../app/use-me.ts";
import { useSaveWords } from "../app/use-save-words.ts";
import { useSubmit } from "../app/sign-in/use-submit.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { MemberName } from "../ui/member-name.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";

export function NotesSection({
  shown,
}: {
  readonly shown: ShownRecord<typeof patient>;
}) {
  const { common, patients } = useText();
  const { roles } = useMe();
  const { record, snapshot } = shown;
  const history = useHistory(record);
  // Who first wrote an entry is its author; whoever marks it later is not.
  const authorById = new Map(
    history
      .toReversed()
      .flatMap(({ memberId, edits }) =>
        edits.flatMap(({ name, entryId }) =>
          name === "notes" && entryId !== null
            ? [[entryId, memberId] as const]
            : [],
        ),
      ),
  );
  const notes = Object.entries(snapshot.fields.notes ?? {}).sort(
    ([, left], [, right]) => ((left.time ?? "") < (right.time ?? "") ? 1 : -1),
  );
  const mayAdd = mayWrite(patient, "notes", roles);
  return (
    <section aria-labelledby="notes" className="card">
      <h2 id="notes">{patients.sections.notes}</h2>
      {notes.length === 0 && <p className="muted">{patients.noNotes}</p>}
      <ul className="notes">
        {notes.map(([entryId, { text, time, status, authorString }]) => {
          const author = authorById.get(entryId);
          const isWrong = status === "entered-in-error";
          return (
            <li key={entryId} className={isWrong ? "note-wrong" : ""}>
              <p className="note-text">{text}</p>
              <p className="signature">
                {isWrong && <strong>{patients.noteEnteredInError} · </strong>}
                {authorString ??
                  (author !== undefined && <MemberName memberId={author} />)}
                {time !== undefined && (
                  <> · {common.dateTime(Date.parse(time))}</>
                )}
              </p>
              {mayAdd && !isWrong && (
                <MarkWrong shown={shown} entryId={entryId} text={text} />
              )}
            </li>
          );
        })}
      </ul>
      {mayAdd && <NoteForm shown={shown} />}
    </section>
  );
}

/** What is written stays readable: it is struck through and said to be wrong. */
function MarkWrong({
  shown: { record },
  entryId,
  text,
}: {
  readonly shown: ShownRecord<typeof patient>;
  readonly entryId: string;
  readonly text: string;
}) {
  const { patients } = useText();
  const wordsOf = useSaveWords();
  const submit = useSubmit(async () => {
    const session = await record.edit();
    session.draft.notes.withdraw(entryId, "entered-in-error");
    const saved = await session.save();
    return saved.ok ? null : wordsOf(saved.error);
  });
  return (
    <form className="no-print" onSubmit={submit.onSubmit}>
      <Button
        type="submit"
        look="quiet"
        aria-label={patients.markErrorOf(text)}
      >
        {patients.markError}
      </Button>
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
    </form>
  );
}

function NoteForm({ shown }: { readonly shown: ShownRecord<typeof patient> }) {
  const { common, patients } = useText();
  const { clock } = useApp();
  const wordsOf = useSaveWords();
  const draft = useKeptDraft(`patient-note/${shown.record.id}`, { text: "" });
  const submit = useSubmit(async () => {
    const text = draft.value.text.trim();
    if (text === "") return null;
    const session = await shown.record.edit();
    const time = new Date(clock.now()).toISOString();
    session.draft.notes.set({ status: "active", text, time });
    const saved = await session.save();
    if (!saved.ok) return wordsOf(saved.error);
    draft.drop();
    return null;
  });
  if (!draft.isReady) return null;
  return (
    <form className="form no-print" onSubmit={submit.onSubmit}>
      <TextField
        label={patients.newNote}
        {...(draft.isRestored && { hint: patients.restored })}
        rows={3}
        value={draft.value.text}
        onChange={(text) => draft.set({ text })}
      />
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
      <div>
        <Button type="submit" isDisabled={submit.isBusy}>
          {submit.isBusy ? common.saving : patients.addNote}
        </Button>
      </div>
    </form>
  );
}
