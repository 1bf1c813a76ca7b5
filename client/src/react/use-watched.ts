import { useCallback, useMemo, useSyncExternalStore } from "react";

import { keepSame } from "./keep-same.ts";

interface Watched {
  watch(listener: () => void): () => void;
}

/** What can be read at once from something that is watched; another object only when that says something else. SPEC RE-2. */
export function useWatched<S extends Watched, T>(
  source: S,
  read: (source: S) => T,
  isSame: (before: T, now: T) => boolean,
): T {
  const get = useMemo(
    () => keepSame(() => read(source), isSame),
    [source, read, isSame],
  );
  const subscribe = useCallback(
    (listener: () => void) => source.watch(listener),
    [source],
  );
  return useSyncExternalStore(subscribe, get);
}
