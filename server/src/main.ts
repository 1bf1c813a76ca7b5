/**
 * `npm start`: reads the environment, runs a server until it is told to stop, and says in one sentence why it cannot.
 *
 * The first SIGINT or SIGTERM stops it cleanly (exit 0): what devices have sent is finished and answered. A second one ends it
 * at once, which loses nothing that was acknowledged. SPEC OP-2, OP-3.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { z } from "zod";
import { readConfig } from "./config.ts";
import { startServer } from "./start-server.ts";
import { createSystemLog } from "./system-log.ts";
import {
  systemClock,
  systemRandom,
  systemStopwatch,
  systemTimers,
  systemTurn,
} from "./system-runtime.ts";
import { welcomeText } from "./welcome-text.ts";

// V8 lets a heap that has much to do grow to several times what is in use before it looks through it. Twice is enough.
setFlagsFromString("--heap-growing-percent=100");

const config = readConfig(process.env);
if (!config.ok) {
  for (const { name, problem } of config.error)
    process.stderr.write(`${name} ${problem}\n`);
  process.exit(2);
}
const { version } = z
  .object({ version: z.string() })
  .parse(
    JSON.parse(
      readFileSync(new URL("../package.json", import.meta.url), "utf8"),
    ),
  );
const started = await startServer({
  version,
  config: config.value,
  clock: systemClock,
  timers: systemTimers,
  stopwatch: systemStopwatch,
  yieldTurn: systemTurn,
  random: systemRandom,
  log: createSystemLog({
    level: config.value.logLevel,
    stream: process.stderr,
  }),
});
if (!started.ok) {
  process.stderr.write(`${started.error.message}\n`);
  process.exit(1);
}
const running = started.value;
process.stdout.write(welcomeText(running));

let isStopping = false;
function stop(): void {
  if (isStopping) process.exit(130);
  isStopping = true;
  process.stdout.write("\n  Stopping…\n");
  running.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
}
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
