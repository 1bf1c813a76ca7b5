import type { Timers } from "@suture/schema";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface FetchBounds {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * Fetches from a server that is not ours: no redirect is followed, and the whole answer is here within the time and size given,
 * or the promise rejects. What comes back is complete; reading it waits for nothing.
 */
export function createBoundedFetch(
  deps: { readonly fetch: Fetch; readonly timers: Timers },
  { timeoutMs, maxBytes }: FetchBounds,
): Fetch {
  return async (url, init = {}) => {
    const abort = new AbortController();
    const timer = deps.timers.after(timeoutMs, () =>
      abort.abort(new Error("no whole answer in time")),
    );
    try {
      const response = await deps.fetch(url, {
        ...init,
        redirect: "error",
        signal: abort.signal,
      });
      const body = await readWhole(response, maxBytes);
      const { status, headers } = response;
      return new Response(body, { status, headers });
    } finally {
      timer.cancel();
    }
  };
}

async function readWhole(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (response.body === null) return null;
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> =
    response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw new Error("the answer is too long");
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
