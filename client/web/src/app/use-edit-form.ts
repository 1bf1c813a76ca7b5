/**
 * A form on a record: opened at what the record showed, kept across reloads with what it had shown, saved there. What changed
 * meanwhile is told until the person has taken it in. SPEC AP-5, AP-29, CL-11.
 */
import { useEffect, useState } from "react";

import type {
  Draft,
  EditSession,
  HistoryEntry,
  Saved,
  SutureRecord,
} from "@suture/client";
import { useHistory } from "@suture/client/react";
import { ok, type GroupName, type OpId, type RecordType } from "@suture/schema";

import { useSaving } from "../forms/use-saving.ts";
import { changesSince } from "./changes-since.ts";
import { useKeptDraft, type DraftValue } from "./use-kept-draft.ts";
import { useSaveWords } from "./use-save-words.ts";

export interface EditForm<R extends RecordType, T> {
  /** Null until the form is open: what was kept has been looked for, and the record shown. */
  readonly session: EditSession<R> | null;
  readonly value: T;
  set(part: Partial<T>): void;
  readonly isRestored: boolean;
  /** What the person has not taken in, oldest first. */
  readonly since: readonly HistoryEntry[];
  /** Whether that has to be taken in before saving: the form was begun before this page was. */
  readonly mustTakeIn: boolean;
  takeIn(): void;
  readonly problem: string | null;
  readonly isSaving: boolean;
  /** Writes into the draft and saves; answers whether that worked. `write` answers what is wrong, or null. */
  save(
    write: (draft: Draft<R>) => string | null,
    reason?: string,
  ): Promise<boolean>;
  /** Forgets what was typed. */
  drop(): void;
}

interface Kept {
  readonly [name: string]: DraftValue | readonly string[];
  readonly form: DraftValue;
  /** The heads that the person had seen when they began. */
  readonly began: readonly string[];
}

export interface EditFormOptions<R extends RecordType, T> {
  readonly record: SutureRecord<R>;
  /** Names the form; the record's id is added. */
  readonly key: string;
  readonly initial: T;
  /** Of a conflict, the version to go on with. */
  readonly candidate?: { readonly group: GroupName<R>; readonly opId: OpId };
}

export function useEditForm<R extends RecordType, T extends DraftValue>({
  record,
  key,
  initial,
  candidate,
}: EditFormOptions<R, T>): EditForm<R, T> {
  const kept = useKeptDraft<Kept>(`${key}/${record.id}`, {
    form: initial,
    began: [],
  });
  const { session, refused } = useSession(record, candidate);
  const history = useHistory(record);
  const saving = useSaving();
  const [wrong, setWrong] = useState<string | null>(null);
  // What an older version of the form kept may lack a name, which is then as it was at first.
  const value = { ...initial, ...kept.value.form } as T;
  const began = kept.value.began.length > 0 ? kept.value.began : session?.heads;
  const since =
    session === null || began === undefined || candidate !== undefined
      ? []
      : changesSince(history, began);
  const notShown = new Set(
    session === null
      ? []
      : changesSince(history, session.heads).map(({ hash }) => hash),
  );

  const save = async (
    write: (draft: Draft<R>) => string | null,
    reason = "",
  ) => {
    if (session === null) return false;
    const saved = await saving.run<Saved | null>(async () => {
      // A try before this one may have written the same already.
      session.discard();
      const found = write(session.draft);
      setWrong(found);
      return found === null
        ? session.save(reason === "" ? {} : { reason })
        : ok(null);
    });
    const isSaved = saved !== undefined && saved !== null;
    if (isSaved) kept.drop();
    return isSaved;
  };
  return {
    session: kept.isReady ? session : null,
    value,
    set: (part) =>
      kept.set({
        form: { ...value, ...part },
        began: [...(began ?? [])],
      }),
    isRestored: kept.isRestored,
    since,
    // Composed at what this page has shown, a save would count them as seen.
    mustTakeIn: since.some(({ hash }) => !notShown.has(hash)),
    takeIn() {
      if (session === null) return;
      session.acknowledge();
      kept.set({ form: value, began: [...session.heads] });
    },
    problem: wrong ?? saving.problem ?? refused,
    isSaving: saving.isSaving,
    save,
    drop: kept.drop,
  };
}

function useSession<R extends RecordType>(
  record: SutureRecord<R>,
  candidate: EditFormOptions<R, DraftValue>["candidate"],
) {
  const wordsOf = useSaveWords();
  const [opened, setOpened] = useState<{
    readonly session: EditSession<R> | null;
    readonly refused: string | null;
  }>({ session: null, refused: null });
  const group = candidate?.group;
  const opId = candidate?.opId;
  useEffect(() => {
    let isWanted = true;
    const open = async () => {
      if (group === undefined || opId === undefined)
        return { session: await record.edit(), refused: null };
      const edit = await record.editCandidate(group, opId);
      return edit.ok
        ? { session: edit.value, refused: null }
        : { session: null, refused: wordsOf(edit.error) };
    };
    void open().then((found) => {
      if (isWanted) setOpened(found);
    });
    return () => {
      isWanted = false;
    };
    // Opened once: what the record becomes meanwhile is what the form is told of.
  }, [record, group, opId]);
  return opened;
}
