import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

/** In place of a page whose code did not come: offline before the app was kept whole, or beside an update. SPEC AP-2. */
export function LoadFailed() {
  const { shell } = useText();
  return (
    <Notice tone="danger" title={shell.loadFailed} isLive>
      <p>{shell.crashedBody}</p>
      <Button onPress={() => window.location.reload()}>{shell.tryAgain}</Button>
    </Notice>
  );
}
