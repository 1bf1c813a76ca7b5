/** One save of a record: written, saved, and told in words where it was not. SPEC AP-7. */
import { ok, type GroupName, type OpId, type RecordType } from "@suture/schema";
import type {
  Draft,
  RecordSnapshot,
  SaveOptions,
  SutureRecord,
} from "@suture/client";

import { useSaving } from "./use-saving.ts";

export interface Edit<R extends RecordType> {
  /**
   * Writes on what the record shows now. `write` is given that, too, and answers false where it must not be built on after all.
   * Answers whether it was saved.
   */
  save(
    write: (draft: Draft<R>, shown: RecordSnapshot<R>) => boolean | void,
    options?: SaveOptions,
  ): Promise<boolean>;
  readonly isSaving: boolean;
  /** Why the last save did not happen. */
  readonly problem: string | null;
}

/** One candidate of a conflict: what is written on it leaves the conflict open. SPEC CO-11. */
export interface Version<R extends RecordType> {
  readonly group: GroupName<R>;
  readonly opId: OpId;
}

/** Writes on the record as a whole, or on one version of what is contested. */
export function useEdit<R extends RecordType>(
  record: SutureRecord<R>,
  version: Version<R> | null = null,
): Edit<R> {
  const { run, isSaving, problem } = useSaving();
  return {
    isSaving,
    problem,
    async save(write, options) {
      const isSaved = await run(async () => {
        const opened = await openForm(record, version);
        if (!opened.ok) return opened;
        const form = opened.value;
        if (write(form.draft, form.shown) === false) return ok(false);
        const saved = await form.save(options);
        return saved.ok ? ok(true) : saved;
      });
      return isSaved === true;
    },
  };
}

async function openForm<R extends RecordType>(
  record: SutureRecord<R>,
  version: Version<R> | null,
) {
  return version === null
    ? ok(await record.edit())
    : record.editCandidate(version.group, version.opId);
}
