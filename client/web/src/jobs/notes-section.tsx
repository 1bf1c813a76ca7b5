/** Notes: accounts of what happened, each by one person, never rewritten. SPEC AP-48. */
import { useState } from "react";

import {
  mayWrite,
  serviceJob,
  type Annotation,
  type RecordId,
} from "@suture/schema";
import type { HistoryEntry } from "@suture/client";
import { useHistory } from "@suture/client/react";

import { useApp } from "../app/app-deps.tsx";
import { useMe } from "../app/use-me.ts";
import { FormFrame } from "../forms/form-frame.tsx";
import { useEdit } from "../forms/use-edit.ts";
import { useFieldForm } from "../forms/use-field-form.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { MemberName } from "../ui/member-name.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import type { JobRecord } from "./job-actions.tsx";
import type { Job } from "./job-words.ts";
import { TakeBack } from "./take-back.tsx";

export function NotesSection({
  record,
  job,
}: {
  readonly record: JobRecord;
  readonly job: Job;
}) {
  const { jobs } = useText();
  const { roles } = useMe();
  const { save, isSaving, problem } = useEdit(record);
  const mayAdd = mayWrite(serviceJob, "notes", roles);
  const authors = authorsOf(useHistory(record));
  const notes = Object.entries(job.fields.notes).toSorted(
    ([, left], [, right]) => (right.time ?? "").localeCompare(left.time ?? ""),
  );
  return (
    <section className="job-section" aria-labelledby="notes">
      <h2 id="notes">{jobs.notesTitle}</h2>
      {notes.length === 0 && <p className="muted">{jobs.noNotes}</p>}
      <ul className="work-list" aria-labelledby="notes">
        {notes.map(([id, note]) => (
          <li
            key={id}
            className={note.status === "active" ? "note" : "note taken-back"}
          >
            <Note note={note} authorId={authors.get(id)} />
            {mayAdd && note.status === "active" && (
              <TakeBack
                words={note.text}
                isDisabled={isSaving}
                onConfirm={() => void save((draft) => draft.notes.withdraw(id))}
              />
            )}
          </li>
        ))}
      </ul>
      {problem !== null && (
        <Notice tone="danger" isLive>
          {problem}
        </Notice>
      )}
      {mayAdd && <NoteForm record={record} />}
    </section>
  );
}

function Note({
  note,
  authorId,
}: {
  readonly note: Annotation;
  readonly authorId: RecordId | undefined;
}) {
  const { jobs, common } = useText();
  return (
    <span>
      <span className="note-text">{note.text}</span>
      <span className="muted note-by">
        {note.status !== "active" && `${jobs.enteredInError} · `}
        {note.authorString ??
          (authorId !== undefined && <MemberName memberId={authorId} />)}
        {note.time !== undefined && ` · ${timeOf(note.time, common)}`}
      </span>
    </span>
  );
}

/** By the id of each note, who wrote it first. */
function authorsOf(
  history: readonly HistoryEntry[],
): ReadonlyMap<string, RecordId> {
  const authors = new Map<string, RecordId>();
  for (const { memberId, edits } of history)
    for (const { name, entryId } of edits)
      if (name === "notes" && entryId !== null && !authors.has(entryId))
        authors.set(entryId, memberId);
  return authors;
}

function timeOf(
  time: string,
  words: {
    dateTime(atMs: number): string;
    partialDate(text: string): string;
  },
): string {
  return time.includes("T")
    ? words.dateTime(Date.parse(time))
    : words.partialDate(time);
}

function NoteForm({ record }: { readonly record: JobRecord }) {
  const { jobs } = useText();
  const { clock } = useApp();
  const form = useFieldForm(record, "job-note", { text: "" });
  const [isOpen, setIsOpen] = useState(false);
  const text = form.value.text.trim();
  if (!isOpen && !form.isBegun)
    return (
      <div className="actions">
        <Button onPress={() => setIsOpen(true)}>{jobs.addNote}</Button>
      </div>
    );
  const save = async () => {
    const isSaved = await form.submit(
      (draft) =>
        void draft.notes.set({
          status: "active",
          text,
          time: new Date(clock.now()).toISOString(),
        }),
    );
    if (isSaved) setIsOpen(false);
  };
  return (
    <FormFrame
      label={jobs.addNote}
      form={form}
      saveLabel={jobs.saveNote}
      canSave={text !== ""}
      onSave={() => void save()}
      onClose={() => setIsOpen(false)}
    >
      <TextField
        label={jobs.note}
        value={form.value.text}
        onChange={(next) => form.set({ text: next })}
        rows={4}
      />
    </FormFrame>
  );
}
