import { useSyncExternalStore } from "react";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import type { AppUpdate } from "./app-update.ts";

/** Says that a new version is here, and waits: what is being written stays, for forms that were begun are kept. SPEC WB-23. */
export function UpdateNotice({ update }: { readonly update: AppUpdate }) {
  const { update: text } = useText();
  const isWaiting = useSyncExternalStore(
    (listener) => update.subscribe(listener),
    () => update.isWaiting,
  );
  if (!isWaiting) return null;
  return (
    <div className="update-notice" role="status">
      <span>{text.waiting}</span>
      <Button onPress={() => update.take()}>{text.take}</Button>
    </div>
  );
}
