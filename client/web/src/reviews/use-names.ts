import { useMemo, useSyncExternalStore } from "react";

import { useClient } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { NameBook, namesOf } from "./name-book.ts";
import type { Names } from "./word-parts.ts";

/** What ids stand for, on this page. Another object whenever something is called otherwise than it was. */
export function useNames(): Names {
  return useNameBook().names;
}

/** As `useNames`, with the book behind it, which tells what has a name here from what has none. */
export function useNameBook(): {
  readonly book: NameBook;
  readonly names: Names;
} {
  const client = useClient();
  const text = useText();
  const book = useMemo(() => new NameBook(client), [client]);
  const version = useSyncExternalStore(book.subscribe, book.version);
  // Anew with each version, so that what is memoised on it is said anew.
  return useMemo(
    () => ({ book, names: namesOf(book, text) }),
    [book, text, version],
  );
}
