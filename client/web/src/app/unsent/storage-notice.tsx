import { useEffect, useState } from "react";

import { useText } from "../../text/use-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { useApp, type AppDeps } from "../app-deps.tsx";

/** Says whether the browser keeps what is only here, or may remove it by itself. Nothing until it has answered. SPEC WB-25. */
export function StorageNotice() {
  const { unsent } = useText();
  const { keepsStorage } = useApp();
  const [answer, setAnswer] = useState<Awaited<AppDeps["keepsStorage"]>>();
  useEffect(() => {
    let isShown = true;
    void keepsStorage.then((given) => isShown && setAnswer(given));
    return () => void (isShown = false);
  }, [keepsStorage]);
  if (answer === undefined) return null;
  return answer === "kept" ? (
    <p className="muted">{unsent.kept}</p>
  ) : (
    <Notice tone="warning">{unsent.mayBeRemoved}</Notice>
  );
}
