/** Notes: accounts of what happened, each by one person, never rewritten. SPEC AP-48. */
import { useState } from "react";

import { mayWrite, serviceJob, type Annotation } from "@suture/schema";
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
            <Note record={record} id={id} note={note} />
            {mayAdd && note.status === "active" && (
              <Button
                look="quiet"
                aria-label={jobs.takeBack(note.text)}
                isDisabled={isSaving}
                onPress={() => void save((draft) => draft.notes.withdraw(id))}
              >
                {jobs.enteredInError}
              </Button>
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
  record,
  id,
  note,
}: {
  readonly record: JobRecord;
  readonly id: string;
  readonly note: Annotation;
}) {
  const { jobs, common } = useText();
  const author = useHistory(record).find(({ edits }) =>
    edits.some(({ name, entryId }) => name === "notes" && entryId === id),
  );
  return (
    <span>
      <span className="note-text">{note.text}</span>
      <span className="muted note-by">
        {note.status !== "active" && `${jobs.enteredInError} · `}
        {note.authorString ??
          (author !== undefined && <MemberName memberId={author.memberId} />)}
        {note.time !== undefined && ` · ${timeOf(note.time, common)}`}
      </span>
    </span>
  );
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
