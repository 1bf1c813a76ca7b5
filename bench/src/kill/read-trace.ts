/**
 * What a trace of system calls says about the order of flushing and telling. Lines are those of `strace -f -y -xx`: each begins
 * with its thread, names the file behind a descriptor, and has paths and bytes in hex.
 *
 * Looked at is the thread that tells: it writes the write-ahead log as well, so its own calls stand in their order. A call that
 * another thread interrupts is taken where it begins, since its own thread does nothing until it is over.
 */

export interface TraceReading {
  /** How often something was told. */
  readonly told: number;
  /** Of these, how often what was written before had not been flushed, or nothing had been since the last time. */
  readonly toldTooEarly: number;
}

export interface TraceOptions {
  /** The write-ahead log's file name. */
  readonly log: string;
  /** Whether bytes that are written tell somebody. */
  isTelling(bytes: Uint8Array): boolean;
}

export function readTrace(
  lines: readonly string[],
  { log, isTelling }: TraceOptions,
): TraceReading {
  const calls = lines.flatMap((line) => {
    const call = callIn(line);
    if (call === undefined) return [];
    const kind = call.path.endsWith(log)
      ? flushes.includes(call.name)
        ? "flush"
        : "write"
      : call.buffers.some(isTelling)
        ? "tell"
        : null;
    return kind === null ? [] : [{ thread: call.thread, kind }];
  });
  const teller = calls.find(({ kind }) => kind === "tell")?.thread;
  let isFlushed = false;
  let told = 0;
  let toldTooEarly = 0;
  for (const { thread, kind } of calls) {
    if (thread !== teller) continue;
    if (kind === "tell") {
      told += 1;
      if (!isFlushed) toldTooEarly += 1;
    }
    isFlushed = kind === "flush";
  }
  return { told, toldTooEarly };
}

const flushes = ["fsync", "fdatasync"];

interface Call {
  readonly thread: string;
  readonly name: string;
  readonly path: string;
  readonly buffers: readonly Uint8Array[];
}

function callIn(line: string): Call | undefined {
  const [, thread, name, path, rest] =
    /^(\d+) +(\w+)\(\d+<([^>]*)>(.*)$/.exec(line) ?? [];
  if (
    thread === undefined ||
    name === undefined ||
    path === undefined ||
    rest === undefined
  )
    return undefined;
  const buffers = [...rest.matchAll(/"((?:\\x[0-9a-f]{2})+)"/g)].map(
    ([, hex = ""]) => bytesOf(hex),
  );
  return {
    thread,
    name,
    path: new TextDecoder().decode(bytesOf(path)),
    buffers,
  };
}

/** From `\x2f\x74`. */
function bytesOf(hex: string): Uint8Array {
  const digits = hex.split("\\x").slice(1);
  return Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16));
}
