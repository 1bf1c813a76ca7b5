/** A form's values that survive reload: kept at every change, under the person who types, until the form is saved. SPEC AP-5. */
import { useCallback, useEffect, useState } from "react";

import type { JsonValue } from "@suture/schema";
import { usePerson } from "@suture/client/react";

import { useApp } from "./app-deps.tsx";

/** What a form holds: flat or nested, but JSON. */
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
  readonly key: string;
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
  const { drafts } = useApp();
  const personId = usePerson()?.personId ?? "";
  const ownKey = `${personId}/${key}`;
  const [held, setHeld] = useState<Held<T> | null>(null);
  const [first] = useState(initial);
  const isReady = held?.key === ownKey;
  const value = isReady ? held.value : first;

  useEffect(() => {
    let isWanted = true;
    const take = (kept: JsonValue | undefined) => {
      if (!isWanted) return;
      const isRestored = hasShapeOf(first, kept);
      setHeld({ key: ownKey, value: isRestored ? kept : first, isRestored });
    };
    // What cannot be read is as if nothing had been kept: the form still works.
    drafts.load(ownKey).then(take, () => take(undefined));
    return () => {
      isWanted = false;
    };
  }, [drafts, ownKey, first]);

  const set = useCallback(
    (part: Partial<T>) => {
      setHeld((before) => {
        const from = before?.key === ownKey ? before.value : first;
        const next = { ...from, ...part };
        // A draft that cannot be kept is still in front of the person, who will see whether the save succeeds.
        void drafts.keep(ownKey, next).catch(() => undefined);
        return { key: ownKey, value: next, isRestored: false };
      });
    },
    [drafts, ownKey, first],
  );
  const drop = useCallback(() => {
    setHeld({ key: ownKey, value: first, isRestored: false });
    void drafts.drop(ownKey).catch(() => undefined);
  }, [drafts, ownKey, first]);

  return { value, set, drop, isReady, isRestored: held?.isRestored ?? false };
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
