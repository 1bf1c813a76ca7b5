/**
 * A form for a statement. It remembers, over a reload too, which statements stood when it was begun; where colleagues have signed
 * others since, it is not signed before they were looked at. So nobody overwrites what they have not seen. SPEC AP-47.
 */
import { useState } from "react";

import type {
  GroupName,
  GroupReading,
  OpId,
  RecordId,
  RecordType,
} from "@suture/schema";
import type { Draft, SaveOptions, SutureRecord } from "@suture/client";

import { useKeptDraft, type DraftValue } from "../app/use-kept-draft.ts";
import { useMe } from "../app/use-me.ts";
import { standing, useSign } from "./use-sign.ts";

export interface SignForm<R extends RecordType, T> {
  readonly value: T;
  set(part: Partial<T>): void;
  /** Throws away what was typed. */
  drop(): void;
  readonly isReady: boolean;
  readonly isRestored: boolean;
  readonly isBegun: boolean;
  /** A colleague has signed something since the form was begun. */
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

export interface SignFormOptions<
  R extends RecordType,
  G extends GroupName<R>,
  T,
> {
  readonly record: SutureRecord<R>;
  readonly group: G;
  readonly reading: GroupReading<R["groups"][G]["parts"]>;
  /** Of the form: what was typed is kept under it. */
  readonly name: string;
  readonly initial: T;
  /** Of a conflict, the one that is gone on with; `reading` is what it says. */
  readonly version?: OpId | null;
  /** It signs for what it shows: begun as soon as it is opened, not only when something is typed. */
  readonly isBegunByOpening?: boolean;
}

export function useSignForm<
  R extends RecordType,
  G extends GroupName<R>,
  T extends DraftValue,
>(options: SignFormOptions<R, G, T>): SignForm<R, T> {
  const { record, group, reading, name, initial } = options;
  const me = useMe().membership?.memberId;
  const shown = standing(reading);
  const [openedOn, setOpenedOn] = useState(shown);
  const kept = useKeptDraft<{ readonly typed: T; readonly begunOn: string }>(
    `${name}/${record.id}`,
    { typed: initial, begunOn: "" },
  );
  const { sign, isSaving, problem } = useSign(
    record,
    group,
    reading,
    options.version ?? null,
  );
  // What was kept by an older version of the form may lack a field.
  const typed = { ...initial, ...kept.value.typed };
  const isBegun = kept.value.begunOn !== "";
  const notBegunOn = options.isBegunByOpening === true ? openedOn : shown;
  const begunOn = isBegun ? kept.value.begunOn : notBegunOn;
  const look = () => {
    setOpenedOn(shown);
    if (isBegun) kept.set({ begunOn: shown });
  };
  const isBehind = hasNews(reading, begunOn, me);
  return {
    value: typed,
    set: (part) => kept.set({ typed: { ...typed, ...part }, begunOn }),
    drop: kept.drop,
    isReady: kept.isReady,
    isRestored: kept.isRestored,
    isBegun,
    isBehind,
    acknowledge: look,
    isSaving,
    problem,
    async submit(write, saveOptions) {
      if (isBehind) return false;
      const outcome = await sign(write, saveOptions);
      if (outcome === "saved") kept.drop();
      // What came is on the screen with the next rendering, as news.
      if (outcome === "changed") kept.set({ begunOn });
      return outcome === "saved";
    },
  };
}

/** Whether something is in force that was not then. What somebody signed themselves, in another form, is no news to them. */
function hasNews(
  reading: GroupReading,
  begunOn: string,
  me: RecordId | undefined,
): boolean {
  const known = new Set(begunOn.split(" "));
  const signed =
    reading.status === "settled" ? reading.signatures : reading.candidates;
  return signed.some(
    ({ opId, attribution }) => !known.has(opId) && attribution.memberId !== me,
  );
}
