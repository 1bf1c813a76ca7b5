#!/usr/bin/env node
/**
 * The `suture` command. In a checkout it first installs and builds what is missing, so that `npx suture` works right after
 * a clone; in an installed package there is nothing to prepare. The command itself is `src/cli.ts`.
 */
import { existsSync } from "node:fs";

const prepareUrl = new URL("../../.ci/prepare.mjs", import.meta.url);
if (existsSync(prepareUrl)) {
  const { prepareOrExit } = await import(prepareUrl.href);
  prepareOrExit({ build: true });
}
await import(new URL("../dist/cli.js", import.meta.url).href);
