import { StoreError, type StoreErrorCode } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

/** In the app's place, where this browser cannot open what it keeps: nothing can be shown or written, and nothing is lost by it. */
export function CannotOpen({
  cause,
  onAgain,
}: {
  readonly cause: unknown;
  /** Loads the page anew. */
  readonly onAgain: () => void;
}) {
  const { cannotOpen } = useText();
  const code: StoreErrorCode =
    cause instanceof StoreError ? cause.code : "store-failed";
  return (
    <main className="narrow cannot-open">
      <h1>{cannotOpen.title}</h1>
      <Notice tone="danger">
        {isSecureContext ? cannotOpen.byCode[code] : cannotOpen.notSecure}
      </Notice>
      {isSecureContext && code === "store-damaged" && (
        // Whoever opens the store next takes out what cannot be read. SPEC WB-36.
        <Button look="primary" onPress={onAgain}>
          {cannotOpen.mend}
        </Button>
      )}
    </main>
  );
}
