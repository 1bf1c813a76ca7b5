/** Where this machine has Chromium. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome"];

export const chromiumMissing =
  "Tests in a browser need Chromium: `apt-get install chromium`, or give its path as CHROMIUM_PATH; SUTURE_SKIP_BROWSER=1 leaves those tests out.";

/**
 * The path to start it by: that of CHROMIUM_PATH, else the first found on PATH; undefined without one.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given !== undefined && given !== "")
    return isExecutable(given) ? given : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
