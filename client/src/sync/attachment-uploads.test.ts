import {
  attachmentHashSchema,
  createMemoryStore,
  deviceIdSchema,
  httpError,
  identityError,
  personIdSchema,
  recordIdFromBytes,
  sha256Hex,
} from "@suture/schema";
import { expect, test } from "vitest";

import type { RequestToProve } from "../identity/dpop-proof.ts";
import {
  attachmentBytesTable,
  keepAttachment,
  unsentAttachments,
} from "../store/attachment-rows.ts";
import { clientTables } from "../store/client-tables.ts";
import { openLocalLog } from "../store/local-log.ts";
import { AttachmentUploads } from "./attachment-uploads.ts";

const ada = personIdSchema.parse("ada");
const tom = personIdSchema.parse("tom");
const recordId = recordIdFromBytes(new Uint8Array(16).fill(7));

test("[AT-7] pictures go one after another, each under the name of whoever took it, and once", async () => {
  const world = await openUploads({ signedIn: [ada, tom] });
  const first = await world.take(ada, 1);
  const second = await world.take(tom, 2);
  world.answers.push(world.stored(first), world.stored(second));
  world.uploads.start();
  await world.settle();
  expect(world.asked.map(({ headers, hash }) => [headers.token, hash])).toEqual(
    [
      ["token of ada", first],
      ["token of tom", second],
    ],
  );
  expect(await world.unsent()).toEqual([]);
  world.uploads.start();
  await world.settle();
  expect(world.asked).toHaveLength(2);
});

test("[AT-7] of somebody who is not signed in here any more it waits", async () => {
  const world = await openUploads({ signedIn: [tom] });
  await world.take(ada, 1);
  const second = await world.take(tom, 2);
  world.answers.push(world.stored(second));
  world.uploads.start();
  await world.settle();
  expect(await world.unsent()).toMatchObject([{ unsent: { personId: ada } }]);
});

test("[AT-7] one whose sign-in the server takes no more holds no colleague's back, and is tried again", async () => {
  const world = await openUploads({ signedIn: [ada, tom] });
  const ended = () => json(401, identityError("token-revoked"));
  await world.take(ada, 1);
  const second = await world.take(tom, 2);
  await world.take(ada, 3);
  // With the token that there was, and with a newer one.
  world.answers.push(ended, ended, world.stored(second));
  world.uploads.start();
  await world.settle();
  expect(world.asked).toHaveLength(3);
  expect(await world.unsent()).toMatchObject([
    { unsent: { personId: ada, refusal: null } },
    { unsent: { personId: ada, refusal: null } },
  ]);
  expect(world.delays).toHaveLength(1);
});

test("[AT-7] what nobody answered, or whoever answered was no server of ours, is tried again, later each time", async () => {
  const world = await openUploads();
  const hash = await world.take(ada, 1);
  const portal = () => Promise.resolve(new Response("<html>Welcome</html>"));
  const other = () => Promise.resolve(new Response(null, { status: 204 }));
  const down = () => Promise.resolve(new Response("", { status: 502 }));
  const silent = () => Promise.reject(new TypeError("fetch failed"));
  world.answers.push(silent, portal, other, down, world.stored(hash));
  world.uploads.start();
  for (const expected of [999, 1_999, 3_999, 7_999]) {
    await world.settle();
    expect(world.delays.at(-1)).toBe(expected);
    expect(await world.unsent()).toHaveLength(1);
    world.fireRetry();
  }
  await world.settle();
  expect(await world.unsent()).toEqual([]);
});

test("[AT-7] a server that says when to come back is not asked before", async () => {
  const world = await openUploads();
  await world.take(ada, 1);
  const busy = identityError("too-many-requests", { retryAfterMs: 30_000 });
  const headers = { "retry-after": "30" };
  world.answers.push(() => json(429, busy, headers));
  world.uploads.start();
  await world.settle();
  world.uploads.start();
  await world.settle();
  expect([world.asked.length, world.delays]).toEqual([1, [30_999]]);
});

test("[AT-7] what the record does not name there yet waits for the next time that everything has gone", async () => {
  const world = await openUploads();
  const hash = await world.take(ada, 1);
  world.answers.push(
    () => json(404, httpError("attachment-unknown")),
    world.stored(hash),
  );
  world.uploads.start();
  await world.settle();
  expect([await world.unsent(), world.delays]).toMatchObject([
    [{ unsent: { refusal: null } }],
    [],
  ]);
  world.uploads.start();
  await world.settle();
  expect(await world.unsent()).toEqual([]);
});

test("[AT-7, AT-8] what is refused is kept, says why, holds nothing else up, and is offered once a connection", async () => {
  const world = await openUploads();
  const first = await world.take(ada, 1);
  const second = await world.take(ada, 2);
  const refused = httpError("not-permitted");
  world.answers.push(() => json(403, refused), world.stored(second));
  world.uploads.start();
  await world.settle();
  expect(await world.unsent()).toMatchObject([
    { hash: first, unsent: { refusal: refused.message } },
  ]);
  world.uploads.start();
  await world.settle();
  expect(world.asked).toHaveLength(2);
  world.uploads.stop();
  world.answers.push(world.stored(first));
  world.uploads.start();
  await world.settle();
  expect(await world.unsent()).toEqual([]);
});

test("[AT-7] a server that wants its own nonce gets it, and one that wants a newer token as well", async () => {
  const world = await openUploads();
  const hash = await world.take(ada, 1);
  world.answers.push(
    () => json(401, identityError("use_dpop_nonce"), { "dpop-nonce": "n-1" }),
    () => json(401, identityError("token-expired")),
    world.stored(hash),
  );
  world.uploads.start();
  await world.settle();
  expect(world.asked.map(({ headers }) => headers)).toEqual([
    { token: "token of ada", nonce: "" },
    { token: "token of ada", nonce: "n-1" },
    { token: "a newer token", nonce: "" },
  ]);
  expect(await world.unsent()).toEqual([]);
});

test("[AT-7] nothing goes, or is tried again, once there is no connection", async () => {
  const world = await openUploads();
  await world.take(ada, 1);
  world.answers.push(() => Promise.reject(new TypeError("fetch failed")));
  world.uploads.start();
  await world.settle();
  world.uploads.stop();
  world.fireRetry();
  await world.settle();
  expect([world.asked.length, world.cancelled()]).toEqual([1, 1]);
});

test("[AT-7] one whose bytes damage took says so, and the others go", async () => {
  const world = await openUploads();
  const first = await world.take(ada, 1);
  const second = await world.take(ada, 2);
  await world.lose(first);
  world.answers.push(world.stored(second));
  world.uploads.start();
  await world.settle();
  expect(await world.unsent()).toMatchObject([
    {
      hash: first,
      unsent: {
        refusal: "The storage of this device was damaged: the picture is lost.",
      },
    },
  ]);
});

function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return Promise.resolve(
    new Response(JSON.stringify(body), { status, headers }),
  );
}

async function openUploads({ signedIn = [ada] } = {}) {
  const clock = { now: () => 0 };
  const store = createMemoryStore({ tables: clientTables });
  const log = await openLocalLog({ store, clock });
  const answers: (() => Promise<Response>)[] = [];
  const asked: { headers: Record<string, string>; hash: string }[] = [];
  const retries: (() => void)[] = [];
  const delays: number[] = [];
  let cancelled = 0;
  const uploads = new AttachmentUploads({
    url: "https://suture.test/",
    log,
    random: { bytes: (length) => new Uint8Array(length).fill(0xff) },
    timers: {
      after(delayMs, task) {
        delays.push(delayMs);
        retries.push(task);
        return {
          cancel() {
            cancelled += 1;
            retries.splice(retries.indexOf(task), 1);
          },
        };
      },
    },
    identity: {
      credentials: async () =>
        signedIn.map((personId) => ({
          personId,
          deviceId: deviceIdSchema.parse(
            "00000000-0000-4000-8000-000000000001",
          ),
          syncToken: `token of ${personId}`,
        })),
      headers: ({ token, nonce = "" }: RequestToProve) =>
        Promise.resolve({ token, nonce }),
      renewedToken: () => Promise.resolve("a newer token"),
    },
    fetch: (url, { method, headers }) => {
      expect(url.startsWith("https://suture.test/v1/records/")).toBe(true);
      expect(method).toBe("PUT");
      const said = Object.fromEntries(new Headers(headers));
      asked.push({ headers: said, hash: url.slice(-64) });
      const answer = answers.shift();
      return answer === undefined
        ? Promise.reject(new Error("nothing more is expected"))
        : answer();
    },
  });
  return {
    uploads,
    answers,
    asked,
    delays,
    cancelled: () => cancelled,
    fireRetry: () => retries.shift()?.(),
    stored: (hash: string) => () => json(200, { hash }),
    unsent: () => log.read(unsentAttachments),
    lose: (hash: string) =>
      log.write((tx) => tx.delete(attachmentBytesTable, [recordId, hash])),
    async take(personId: typeof ada, content: number) {
      const bytes = new Uint8Array(100).fill(content);
      bytes.set([0xff, 0xd8, 0xff]);
      const hash = attachmentHashSchema.parse(sha256Hex(bytes));
      const contentType = "image/jpeg" as const;
      const unsent = { personId, keptAtMs: content, refusal: null };
      const row = { recordId, hash, contentType, byteLength: 100 };
      await log.write((tx) =>
        keepAttachment(tx, { ...row, usedAtMs: content, unsent }, bytes),
      );
      return hash;
    },
    settle: async () => {
      for (let turn = 0; turn < 500; turn += 1) await Promise.resolve();
    },
  };
}
