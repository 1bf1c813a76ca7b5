import { useEffect } from "react";

import { useText } from "../text/use-text.ts";

/** Names the page in the browser's tab and history. Never with a patient's name: tabs and histories are read over shoulders. */
export function useTitle(title: string): void {
  const { shell } = useText();
  useEffect(() => {
    document.title = `${title} · ${shell.product}`;
  }, [title, shell]);
}
