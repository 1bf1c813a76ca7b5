import { maxAttachmentBytes, type Timers } from "@suture/schema";

import type { Fetch } from "./identity-request.ts";

/** A person waits for it; a line on which this is too little carries no sync either. */
const patienceMs = 30_000;
/** More, for what is long: two bytes in a millisecond are the slowest line that still carries sync. */
const slowestBytesPerMs = 2;

/**
 * A `fetch` that gives up: on a half-open line, a real one waits for minutes in Node and for ever in browsers. The body is read
 * within as much time again, since a page may begin and never end. Rejects as `fetch` does where nothing answers. SPEC ID-18.
 */
export function patientFetch(
  deps: { readonly fetch: Fetch; readonly timers: Timers },
  forMs: number = patienceMs,
): Fetch {
  return async (url, init) => {
    const abort = new AbortController();
    const waitFor = (byteLength: number) =>
      deps.timers.after(forMs + byteLength / slowestBytesPerMs, () =>
        abort.abort(),
      );
    let patience = waitFor(lengthOf(init.body));
    // Whoever asks may have less patience.
    init.signal?.addEventListener("abort", () => abort.abort());
    try {
      const response = await deps.fetch(url, { ...init, signal: abort.signal });
      // A redirect that is not followed has neither status nor body in browsers.
      if (response.status === 0) return response;
      patience.cancel();
      patience = waitFor(toldLengthOf(response));
      const body = await response.arrayBuffer();
      return new Response(body.byteLength === 0 ? null : body, response);
    } finally {
      patience.cancel();
    }
  };
}

/** Of bytes; text is short. */
function lengthOf(body: RequestInit["body"]): number {
  return body instanceof Uint8Array ? body.length : 0;
}

function toldLengthOf({ headers }: Response): number {
  const told = Number(headers.get("content-length") ?? 0);
  return told > 0 ? Math.min(told, maxAttachmentBytes) : 0;
}
