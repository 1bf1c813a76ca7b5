import type { Clock } from "@suture/schema";
import {
  readConfig,
  silentLog,
  startServer,
  systemClock,
  systemRandom,
  systemTimers,
  type BudgetLimits,
  type PasswordHashing,
  type RunningServer,
  type SyncLimits,
} from "@suture/server";
import { join } from "node:path";

export interface SampleServerOptions {
  /** Its data lies in `server` below it. */
  readonly directory: string;
  /** Default: a free one. */
  readonly port?: string;
  /** Beside its own: those of proxies in front of it. */
  readonly allowedOrigins?: readonly string[];
  /** Another build of the app than that of `SUTURE_APP_DIR`. */
  readonly appDir?: string;
  /** Beside those that follow from the rest. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly passwordHashing?: PasswordHashing;
  readonly budgetLimits?: BudgetLimits;
  readonly syncLimits?: Partial<SyncLimits>;
}

/** A server as `npm start` runs it, with its sample organization, but silent. */
export async function startSampleServer({
  directory,
  port = "0",
  allowedOrigins = [],
  appDir = process.env.SUTURE_APP_DIR,
  clock = systemClock,
  settings = {},
  ...options
}: SampleServerOptions): Promise<RunningServer> {
  const config = readConfig({
    ...settings,
    SUTURE_DATA_DIR: join(directory, "server"),
    SUTURE_PORT: port,
    SUTURE_APP_DIR: appDir,
    ...(allowedOrigins.length > 0 && {
      SUTURE_ALLOWED_ORIGINS: allowedOrigins.join(),
    }),
  });
  if (!config.ok) throw new Error("the configuration is wrong");
  const started = await startServer({
    ...options,
    config: config.value,
    clock,
    timers: systemTimers,
    random: systemRandom,
    log: silentLog,
  });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}
