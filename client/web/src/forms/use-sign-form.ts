/**
 * A form for a statement. It remembers, over a reload too, which statements stood when it was begun; where others stand by now, it is
 * not signed before they were looked at. So nobody overwrites what they have not seen. SPEC AP-47.
 */
import type { GroupName, GroupReading, RecordType } from "@suture/schema";
import type { Draft, SaveOptions, SutureRecord } from "@suture/client";

import { useKeptDraft, type DraftValue } from "../app/use-kept-draft.ts";
import { standing, useSign } from "./use-sign.ts";

export interface SignForm<R extends RecordType, T> {
  readonly value: T;
  set(part: Partial<T>): void;
  /** Throws away what was typed. */
  drop(): void;
  readonly isReady: boolean;
  readonly isRestored: boolean;
  readonly isBegun: boolean;
  /** Others stand there than when the form was begun. */
  readonly isBehind: boolean;
  /** The person has looked at what stands there now. */
  acknowledge(): void;
  readonly isSaving: boolean;
  readonly problem: string | null;
  /** Signs what `write` writes; nothing while the form is behind. */
  submit(
    write: (draft: Draft<R>) => void,
    options?: SaveOptions,
  ): Promise<boolean>;
}

export function useSignForm<
  R extends RecordType,
  G extends GroupName<R>,
  T extends DraftValue,
>(
  record: SutureRecord<R>,
  group: G,
  reading: GroupReading<R["groups"][G]["parts"]>,
  name: string,
  initial: T,
): SignForm<R, T> {
  const shown = standing(reading);
  const kept = useKeptDraft<{ readonly typed: T; readonly begunOn: string }>(
    `${name}/${record.id}`,
    { typed: initial, begunOn: "" },
  );
  const { sign, isSaving, problem } = useSign(record, group, reading);
  const { begunOn } = kept.value;
  // What was kept by an older version of the form may lack a field.
  const typed = { ...initial, ...kept.value.typed };
  const isBegun = begunOn !== "";
  const isBehind = isBegun && begunOn !== shown;
  return {
    value: typed,
    set: (part) =>
      kept.set({
        typed: { ...typed, ...part },
        begunOn: isBegun ? begunOn : shown,
      }),
    drop: kept.drop,
    isReady: kept.isReady,
    isRestored: kept.isRestored,
    isBegun,
    isBehind,
    acknowledge: () => kept.set({ begunOn: shown }),
    isSaving,
    problem,
    async submit(write, options) {
      if (isBehind) return false;
      const outcome = await sign(write, options);
      if (outcome === "saved") kept.drop();
      // What came is on the screen with the next rendering, as news.
      if (outcome === "changed") kept.set({ begunOn: shown });
      return outcome === "saved";
    },
  };
}
