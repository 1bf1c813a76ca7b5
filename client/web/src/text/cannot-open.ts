import type { StoreErrorCode } from "@suture/schema";

const again = "Close the app's other windows and load this page again.";

export const cannotOpenText = {
  title: "Suture cannot start here",
  mend: "Keep what can be read, and open",
  notSecure:
    "This address is not secure, so the browser keeps nothing for it. Open the app by its https address.",
  byCode: {
    "store-full":
      "This device has no space left. Free some; what was saved here is intact.",
    "store-damaged":
      "Part of what this browser kept cannot be read. It can go on with the rest: what cannot be read is set aside, and what was sent comes back from the server. If this page stays, ask your administrator before you remove anything here.",
    "store-too-new":
      "A newer version of this app was used here. Load the page again to get it; your work is safe.",
    "store-closed": again,
    "store-failed": again,
  } satisfies Readonly<Record<StoreErrorCode, string>>,
};
