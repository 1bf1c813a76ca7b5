import { expect, test } from "vitest";

import { patientFetch } from "./patient-fetch.ts";

test("[ID-18] what is not answered in time, or whose answer never ends, is given up", async () => {
  const unanswered = (signal: AbortSignal | null | undefined) =>
    new Promise<Response>((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  const endlessAnswer = (signal: AbortSignal | null | undefined) => {
    const { readable, writable } = new TransformStream();
    signal?.addEventListener("abort", () => {
      void writable.abort(new Error("aborted"));
    });
    return Promise.resolve(new Response(readable));
  };
  for (const answer of [unanswered, endlessAnswer]) {
    const due: (() => void)[] = [];
    const fetch = patientFetch({
      fetch: (_url, init) => answer(init.signal),
      timers: {
        after(delayMs, task) {
          expect(delayMs).toBe(30_000);
          due.push(task);
          return { cancel: () => undefined };
        },
      },
    });
    const given = fetch("https://suture.example/v1/sign-in", {});
    for (const task of due) task();
    await expect(given).rejects.toThrow("aborted");
  }
});

test("[ID-18] what is answered in time is given as it was, and nothing waits any longer", async () => {
  let begun = 0;
  let cancelled = 0;
  const fetch = patientFetch({
    fetch: () =>
      Promise.resolve(
        new Response('{"a":1}', { status: 403, headers: { "x-a": "b" } }),
      ),
    timers: {
      after() {
        begun += 1;
        return { cancel: () => void (cancelled += 1) };
      },
    },
  });
  const response = await fetch("https://suture.example/v1/x", {});
  expect([response.status, response.headers.get("x-a")]).toEqual([403, "b"]);
  expect(await response.json()).toEqual({ a: 1 });
  expect([begun, cancelled]).toEqual([2, 2]);
});

test("[AT-7] what is long is given the time that the slowest line takes for it, both ways, and comes as it was", async () => {
  const delays: number[] = [];
  const bytes = new Uint8Array([0xff, 0xd8, 0, 0x80]);
  const fetch = patientFetch({
    fetch: () =>
      Promise.resolve(
        new Response(bytes, { headers: { "content-length": "1000000000" } }),
      ),
    timers: {
      after(delayMs) {
        delays.push(delayMs);
        return { cancel: () => undefined };
      },
    },
  });
  const body = new Uint8Array(400_000);
  const response = await fetch("https://suture.example/v1/x", {
    method: "PUT",
    body,
  });
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  // Whatever is told: no picture is larger than 8 MiB.
  expect(delays).toEqual([230_000, 30_000 + (8 * 1024 * 1024) / 2]);
});
