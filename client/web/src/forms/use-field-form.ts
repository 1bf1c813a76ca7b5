import type { RecordType } from "@suture/schema";
import type { Draft, SutureRecord } from "@suture/client";

import {
  useKeptDraft,
  type DraftValue,
  type KeptDraft,
} from "../app/use-kept-draft.ts";
import { useEdit } from "./use-edit.ts";

/** A form for entries that merge: it survives a reload, and is empty again once it is saved. SPEC AP-46. */
export interface FieldForm<R extends RecordType, T> extends KeptDraft<T> {
  /** Something was typed, now or before a reload. */
  readonly isBegun: boolean;
  readonly isSaving: boolean;
  readonly problem: string | null;
  submit(write: (draft: Draft<R>) => void): Promise<boolean>;
}

export function useFieldForm<R extends RecordType, T extends DraftValue>(
  record: SutureRecord<R>,
  name: string,
  initial: T,
): FieldForm<R, T> {
  const kept = useKeptDraft(`${name}/${record.id}`, initial);
  const { save, isSaving, problem } = useEdit(record);
  return {
    ...kept,
    isBegun: JSON.stringify(kept.value) !== JSON.stringify(initial),
    isSaving,
    problem,
    async submit(write) {
      const isSaved = await save((draft) => write(draft));
      if (isSaved) kept.drop();
      return isSaved;
    },
  };
}
