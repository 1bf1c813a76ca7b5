import type { Timers } from "@suture/schema";

import type { Fetch } from "./identity-request.ts";

/** A person waits for it; a line on which this is too little carries no sync either. */
const patienceMs = 30_000;

/**
 * A `fetch` that gives up: on a half-open line, a real one waits for minutes in Node and for ever in browsers. The body is read
 * within the same time, since a page may begin and never end. Rejects as `fetch` does where nothing answers. SPEC ID-18.
 */
export function patientFetch(
  deps: { readonly fetch: Fetch; readonly timers: Timers },
  forMs: number = patienceMs,
): Fetch {
  return async (url, init) => {
    const abort = new AbortController();
    const patience = deps.timers.after(forMs, () => abort.abort());
    // Whoever asks may have less patience.
    init.signal?.addEventListener("abort", () => abort.abort());
    try {
      const response = await deps.fetch(url, { ...init, signal: abort.signal });
      // A redirect that is not followed has neither status nor body in browsers.
      if (response.status === 0) return response;
      const body = await response.text();
      return new Response(body === "" ? null : body, response);
    } finally {
      patience.cancel();
    }
  };
}
