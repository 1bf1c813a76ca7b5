import { useEffect, useState } from "react";

import { useApp } from "./app-deps.tsx";

/** The device's time, read again every `everyMs`, so that ages and "today" on the screen do not stand still. */
export function useNow(everyMs = 30_000): number {
  const { clock, timers } = useApp();
  const [nowMs, setNowMs] = useState(() => clock.now());
  useEffect(() => {
    const timer = timers.after(everyMs, () => setNowMs(clock.now()));
    return () => timer.cancel();
  }, [clock, timers, everyMs, nowMs]);
  return nowMs;
}
