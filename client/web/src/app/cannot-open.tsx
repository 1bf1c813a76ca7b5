import { StoreError, type StoreErrorCode } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";

/** In the app's place, where this browser cannot open what it keeps: nothing can be shown or written, and nothing is lost by it. */
export function CannotOpen({ cause }: { readonly cause: unknown }) {
  const { cannotOpen } = useText();
  const code: StoreErrorCode =
    cause instanceof StoreError ? cause.code : "store-failed";
  return (
    <main className="cannot-open">
      <h1>{cannotOpen.title}</h1>
      <Notice tone="danger">
        {isSecureContext ? cannotOpen.byCode[code] : cannotOpen.notSecure}
      </Notice>
    </main>
  );
}
