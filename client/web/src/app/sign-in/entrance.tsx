import type { ReactNode } from "react";

import { useText } from "../../text/use-text.ts";

/** The page before anybody uses the app: one card, and whose it is. */
export function Entrance({ children }: { readonly children: ReactNode }) {
  const { shell } = useText();
  return (
    <div className="entrance">
      <main id="main" className="entrance-card">
        <p className="brand">{shell.product}</p>
        {children}
      </main>
    </div>
  );
}
