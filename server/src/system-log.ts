/**
 * What the server says about itself: constant event names, and fields that hold ids, codes and counts. SPEC OP-4.
 *
 * The type of a field lets no object through, so a token or a record cannot be logged by accident, and of an error only its
 * name, its code and where it was thrown are written: messages of other libraries quote what they were given.
 */
import { pino } from "pino";

export type LogFields = Readonly<
  Record<string, string | number | boolean | null>
>;

export interface SystemLog {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields, cause?: unknown): void;
}

export const silentLog: SystemLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface LineStream {
  write(line: string): void;
}

/** One line of JSON per event. */
export function createSystemLog(options: {
  readonly level: string;
  readonly stream: LineStream;
}): SystemLog {
  const logger = pino(
    { level: options.level, base: null, messageKey: "event" },
    options.stream,
  );
  return {
    info: (event, fields = {}) => logger.info(fields, event),
    warn: (event, fields = {}) => logger.warn(fields, event),
    error: (event, fields = {}, cause) =>
      logger.error(
        cause === undefined ? fields : { ...fields, ...describeError(cause) },
        event,
      ),
  };
}

/** What may be said of an error: never its message. */
export function describeError(cause: unknown): LogFields {
  if (!(cause instanceof Error)) return { errorName: typeof cause };
  const code = "code" in cause ? cause.code : undefined;
  const frames = (cause.stack ?? "")
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .slice(0, 8);
  return {
    errorName: cause.name,
    ...(typeof code === "string" && { errorCode: code }),
    thrownAt: frames.map((line) => line.trim()).join(" | "),
    ...(cause.cause instanceof Error && { causeName: cause.cause.name }),
  };
}
