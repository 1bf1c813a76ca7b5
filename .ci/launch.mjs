/**
 * Runs a built entry point, after preparing what it needs: `node .ci/launch.mjs server/dist/main.js [arguments]`.
 *
 * The entry point runs in this very process, so signals and the exit code are its own.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { prepareOrExit, root } from "./prepare.mjs";

const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
  process.stderr.write(
    "Usage: node .ci/launch.mjs <entry point> [arguments]\n",
  );
  process.exit(2);
}
prepareOrExit({ build: true });
const path = resolve(root, entry);
process.argv = [process.execPath, path, ...args];
await import(pathToFileURL(path).href);
