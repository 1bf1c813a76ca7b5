/**
 * `npm run demo`: twelve stories between real processes, each checked. Exit code 1 if any fails.
 *
 * `--story d` tells one (or several: `--story d,h`), `--keep` leaves the directories and says where they are, `--json` ends
 * with one line for machines.
 */
import { parseArgs } from "node:util";

import { createAccount } from "./account.ts";
import { runStory, type StoryOutcome } from "./story.ts";
import { allStories } from "./stories/all-stories.ts";
import { createStage } from "./world.ts";

const { values } = parseArgs({
  options: {
    story: { type: "string" },
    keep: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const wanted = values.story?.toLowerCase().split(/[\s,]+/);
const unknown = wanted?.filter((id) =>
  allStories.every((one) => one.id !== id),
);
if (unknown !== undefined && unknown.length > 0) {
  process.stderr.write(
    `There is no story ${unknown.join(", ")}: they are called ${allStories.map(({ id }) => id).join(", ")}.\n`,
  );
  process.exit(2);
}
const stories = allStories.filter(({ id }) => wanted?.includes(id) ?? true);

const startedAtMs = Date.now();
let isStopping = false;
const account = createAccount(
  {
    isTTY: process.stdout.isTTY,
    // What breaks because somebody stopped it is nobody's news.
    write: (text) => isStopping || process.stdout.write(text),
  },
  (process.env["NO_COLOR"] ?? "") !== "",
);
const stage = await createStage();
const outcomes: StoryOutcome[] = [];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => {
    isStopping = true;
    void stage.close(values).finally(() => process.exit(130));
  });

try {
  account.heading(
    "Stories from two clinics and an equipment service. The server and nine devices are each a process of their own, with their own SQLite file, over real sockets. Every check reads what lies in a device's own store; where one person's work is to reach others, in theirs.",
  );
  account.note("Starting them, and signing nine people up and in…");
  const world = await stage.open();
  for (const story of stories)
    outcomes.push(await runStory(story, world, account));
} catch (cause) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  account.note(`The stories cannot be told: ${reason}.`);
  process.exitCode = 1;
} finally {
  if (!isStopping) await stage.close(values);
}

const checkCount = outcomes.reduce((sum, one) => sum + one.checkCount, 0);
const failedCount = outcomes.reduce(
  (sum, { failures }) => sum + failures.length,
  0,
);
const seconds = (Date.now() - startedAtMs) / 1_000;
account.summary(outcomes.length, checkCount, failedCount, seconds);
if (values.keep) account.note(`Everything is kept in ${stage.directory}.`);
if (values.json && !isStopping)
  process.stdout.write(
    `${JSON.stringify({ stories: outcomes, checkCount, failedCount, seconds })}\n`,
  );
if (failedCount > 0 || outcomes.length < stories.length) process.exitCode = 1;
