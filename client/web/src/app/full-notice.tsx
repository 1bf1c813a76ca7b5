import { useEffect, useSyncExternalStore } from "react";

import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import { useApp } from "./app-deps.tsx";

/** Space that somebody makes is used within that time. */
const lookAgainMs = 10_000;

/** Says that this device has no space, from when the app is opened until there is some. SPEC AP-166. */
export function FullNotice() {
  const { shell } = useText();
  const { client, timers } = useApp();
  const { space } = client;
  const isFull = useSyncExternalStore(
    (listener) => space.watch(listener),
    () => space.isFull,
  );
  useEffect(() => void space.look(), [space]);
  useEffect(() => {
    if (!isFull) return;
    let next: { cancel(): void } | undefined;
    const lookLater = () => {
      next = timers.after(lookAgainMs, () => {
        lookLater();
        void space.look();
      });
    };
    lookLater();
    return () => next?.cancel();
  }, [space, timers, isFull]);
  if (!isFull) return null;
  return (
    <Notice tone="danger" title={shell.full.title} isLive>
      <p>{shell.full.body}</p>
    </Notice>
  );
}
