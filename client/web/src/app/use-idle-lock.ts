import { useEffect } from "react";

import { usePerson } from "@suture/client/react";

import { useApp } from "./app-deps.tsx";

/** What a person does who is at the device, reading included. */
const inputs = ["pointerdown", "keydown", "wheel", "touchmove"] as const;

/** Where the store could not be read. */
const lookAgainMs = 30_000;

/** Locks the device once nobody was at it for a while, in any tab. What was typed is kept by the forms. SPEC AP-105. */
export function useIdleLock(): void {
  const { client, timers } = useApp();
  const personId = usePerson()?.personId;
  useEffect(() => {
    if (personId === undefined) return;
    let isOver = false;
    let next: { cancel(): void } | undefined;
    const look = () => {
      next?.cancel();
      const lookAfter = (againMs: number | null) => {
        if (isOver || againMs === null) return;
        next?.cancel();
        next = timers.after(againMs, look);
      };
      client.lock.closeIfUnused().then(lookAfter, () => lookAfter(lookAgainMs));
    };
    const note = () => client.lock.noteUse();
    for (const input of inputs)
      window.addEventListener(input, note, { capture: true, passive: true });
    // Timers stand still while a phone sleeps.
    document.addEventListener("visibilitychange", look);
    look();
    return () => {
      isOver = true;
      next?.cancel();
      for (const input of inputs)
        window.removeEventListener(input, note, { capture: true });
      document.removeEventListener("visibilitychange", look);
    };
  }, [client, timers, personId]);
}
