/**
 * What a deployment may set, each by an environment variable: the only place that knows their names, defaults and units. Every
 * problem is reported at once, by name and never by value. There are no secrets among them: keys are drawn at the first start
 * and kept in the data directory. SPEC OP-1.
 */
import { err, ok, type Result } from "@suture/schema";
import { z } from "zod";
import { defaultSyncLimits } from "./gateway/sync/sync-limits.ts";

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^[0-9]{1,15}$/, "a whole number")
    .transform(Number)
    .pipe(
      z
        .int()
        .min(minimum, `at least ${minimum}`)
        .max(maximum, `at most ${maximum}`),
    );
const isOn = z.enum(["on", "off"]).transform((word) => word === "on");

const url = z
  .string()
  .refine(
    (text) => /^https?:\/\/[^\s/?#]+\/?$/.test(text) && URL.canParse(text),
    "an http or https URL without a path",
  );

/** Plain http only to this machine: what is believed of an issuer is what its URL answers. */
const issuerUrl = z
  .string()
  .refine(
    (text) =>
      /^(https:\/\/[^\s/?#@]+|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?)(\/[^\s?#]*)?$/.test(
        text,
      ) && URL.canParse(text),
    "an https URL without query",
  );

const origins = z
  .string()
  .transform((text) => text.split(",").map((one) => one.trim()))
  .pipe(z.array(url));

const settings = {
  SUTURE_DATA_DIR: z
    .string()
    .min(1, "a directory")
    .default("./data")
    .describe("Directory of the database; made at the first start"),
  SUTURE_HOST: z
    .string()
    .min(1, "a host")
    .default("127.0.0.1")
    .describe("Address to listen on"),
  SUTURE_PORT: wholeNumber(0, 65_535)
    .default(8787)
    .describe("Port to listen on; 0 takes a free one"),
  SUTURE_PUBLIC_URL: url
    .optional()
    .describe(
      "Where clients reach this server, when behind a proxy; their proofs name it",
    ),
  SUTURE_ALLOWED_ORIGINS: origins
    .default([])
    .describe(
      "Origins, separated by commas, whose pages may sync beside this server's own",
    ),
  SUTURE_APP_DIR: z
    .string()
    .min(1, "a directory")
    .default("./client/web/dist")
    .describe("The app as it was built, which is served at `/`"),
  SUTURE_OIDC_ISSUER: issuerUrl
    .optional()
    .describe(
      "OpenID Connect issuer that may sign people in, as it writes itself; with SUTURE_OIDC_CLIENT_ID",
    ),
  SUTURE_OIDC_CLIENT_ID: z
    .string()
    .min(1, "a client id")
    .max(255, "at most 255 characters")
    .optional()
    .describe("As whom this server is registered there"),
  SUTURE_ISSUER: url
    .default("http://suture.localhost")
    .describe("Name of this server in every token; must stay the same"),
  SUTURE_SAMPLE: isOn
    .default(true)
    .describe(
      "`on` or `off`: whether an empty server gets the sample organization",
    ),
  SUTURE_LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"], "a level")
    .default("info")
    .describe(
      "`debug`, `info`, `warn`, `error` or `silent`; JSON lines on stderr",
    ),
  SUTURE_MAX_SESSIONS: wholeNumber(1, 1_000_000)
    .default(defaultSyncLimits.maxSessions)
    .describe(
      "Sync sessions at a time; further devices are asked to come back",
    ),
  SUTURE_BUDGET_FACTOR: wholeNumber(1, 1_000_000)
    .default(1)
    .describe(
      "How many times the usual share devices, people and organizations may ask for",
    ),
  SUTURE_PING_INTERVAL_MS: wholeNumber(1_000, 600_000)
    .default(defaultSyncLimits.pingIntervalMs)
    .describe(
      "Milliseconds after which a silent device is asked whether it is there",
    ),
  SUTURE_STOP_TIMEOUT_MS: wholeNumber(0, 600_000)
    .default(5_000)
    .describe("Milliseconds that open HTTP requests get when the server stops"),
} as const;

const together = ["SUTURE_OIDC_ISSUER", "SUTURE_OIDC_CLIENT_ID"] as const;

const configSchema = z
  .object(settings)
  .superRefine((read, context) => {
    for (const name of together)
      if (read[name] === undefined && together.some((other) => read[other]))
        context.addIssue({
          code: "custom",
          path: [name],
          message: `set, for ${together.filter((other) => other !== name).join()} is`,
        });
  })
  .transform((read) => ({
    dataDir: read.SUTURE_DATA_DIR,
    host: read.SUTURE_HOST,
    port: read.SUTURE_PORT,
    publicUrl: read.SUTURE_PUBLIC_URL,
    allowedOrigins: read.SUTURE_ALLOWED_ORIGINS,
    appDir: read.SUTURE_APP_DIR,
    externalIssuer:
      read.SUTURE_OIDC_ISSUER !== undefined &&
      read.SUTURE_OIDC_CLIENT_ID !== undefined
        ? {
            issuer: read.SUTURE_OIDC_ISSUER,
            clientId: read.SUTURE_OIDC_CLIENT_ID,
          }
        : undefined,
    issuer: read.SUTURE_ISSUER,
    hasSample: read.SUTURE_SAMPLE,
    logLevel: read.SUTURE_LOG_LEVEL,
    maxSessions: read.SUTURE_MAX_SESSIONS,
    budgetFactor: read.SUTURE_BUDGET_FACTOR,
    pingIntervalMs: read.SUTURE_PING_INTERVAL_MS,
    stopTimeoutMs: read.SUTURE_STOP_TIMEOUT_MS,
  }));
export type Config = Readonly<z.output<typeof configSchema>>;

export interface ConfigProblem {
  readonly name: string;
  /** What it must be; never what it is. */
  readonly problem: string;
}

/** Empty variables count as unset; a `SUTURE_` variable that nobody knows is a problem, for it is a misspelt one. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Result<Config, readonly ConfigProblem[]> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => name.startsWith("SUTURE_") && value !== "",
    ),
  );
  const unknown = Object.keys(given)
    .filter((name) => !Object.hasOwn(settings, name))
    .map((name) => ({ name, problem: "is not a setting" }));
  const read = configSchema.safeParse(given);
  if (read.success && unknown.length === 0) return ok(read.data);
  const wrong = read.success
    ? []
    : read.error.issues.map((issue) => ({
        name: String(issue.path[0] ?? ""),
        problem: `must be ${issue.message}`,
      }));
  return err([...unknown, ...wrong]);
}

export interface SettingRow {
  readonly name: string;
  /** Empty where there is none. */
  readonly defaultValue: string;
  readonly description: string;
}

/** One row a setting, for the README and `suture --help`. */
export function settingRows(): readonly SettingRow[] {
  return Object.entries(settings).map(([name, setting]) => {
    const parsed = setting.safeParse(undefined);
    const { data } = parsed;
    const defaultValue =
      typeof data === "boolean" ? (data ? "on" : "off") : String(data ?? "");
    return { name, defaultValue, description: setting.description ?? "" };
  });
}
