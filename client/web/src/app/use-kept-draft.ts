/** A form's values that survive reload: kept at every change, for the person who types, until the form is saved. SPEC AP-5. */
import { useCallback, useEffect, useMemo, useState } from "react";

import type { JsonValue } from "@suture/schema";
import { useClient, usePerson } from "@suture/client/react";

import { FormKeeper } from "./form-keeper.ts";

/** What a form holds: JSON, by name. */
export type DraftValue = Readonly<Record<string, JsonValue>>;

export interface KeptDraft<T> {
  readonly value: T;
  /** Merged into what is there. */
  set(part: Partial<T>): void;
  /** Back to `initial`, and nothing is kept: after saving, or when thrown away. */
  drop(): void;
  /** False until it is known whether something was kept; show the form's fields only then. */
  readonly isReady: boolean;
  /** Whether these values came from an earlier visit. */
  readonly isRestored: boolean;
}

interface Held<T> {
  readonly by: FormKeeper;
  readonly value: T;
  readonly isRestored: boolean;
}

/**
 * `key` names the form and the record it is about: `job-notes/<record id>`. What was kept in another shape than `initial`'s, by an
 * older version of the form, is ignored.
 */
export function useKeptDraft<T extends DraftValue>(
  key: string,
  initial: T,
): KeptDraft<T> {
  const { forms } = useClient();
  const personId = usePerson()?.personId;
  // Another person, another form: what one typed is not shown to the next.
  const keeper = useMemo(
    () => new FormKeeper(forms, key, personId),
    [forms, key, personId],
  );
  const [first] = useState(initial);
  const [held, setHeld] = useState<Held<T> | null>(null);
  const isReady = held?.by === keeper;
  const value = isReady ? held.value : first;

  useEffect(() => {
    let isWanted = true;
    const take = (kept: JsonValue | undefined) => {
      if (!isWanted) return;
      const isRestored = hasShapeOf(first, kept);
      const from = isRestored ? kept : first;
      setHeld({ by: keeper, value: from, isRestored });
    };
    // What cannot be read is as if nothing had been kept: the form still works.
    keeper.load().then(take, () => take(undefined));
    return () => {
      isWanted = false;
    };
  }, [keeper, first]);

  const set = useCallback(
    (part: Partial<T>) =>
      setHeld((before) => {
        const from = before?.by === keeper ? before.value : first;
        const next = { ...from, ...part };
        keeper.keep(next);
        return { by: keeper, value: next, isRestored: false };
      }),
    [keeper, first],
  );
  const drop = useCallback(() => {
    keeper.keep(null);
    setHeld({ by: keeper, value: first, isRestored: false });
  }, [keeper, first]);

  return {
    value,
    set,
    drop,
    isReady,
    isRestored: isReady && held.isRestored,
  };
}

function hasShapeOf<T extends DraftValue>(
  initial: T,
  kept: JsonValue | undefined,
): kept is T & JsonValue {
  if (typeof kept !== "object" || kept === null || Array.isArray(kept))
    return false;
  const keptByName = new Map(Object.entries(kept));
  return Object.entries(initial).every(
    ([name, value]) =>
      keptByName.has(name) && kindOf(keptByName.get(name)) === kindOf(value),
  );
}

function kindOf(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return "list";
  // Null may become a value and the other way round.
  return value === null ? "object" : typeof value;
}
