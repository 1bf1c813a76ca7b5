import {
  createMemoryStore,
  httpError,
  personIdSchema,
  type PersonId,
} from "@suture/schema";
import { expect, test } from "vitest";

import type { Fetch } from "../identity/identity-request.ts";
import {
  attachmentsTable,
  keepAttachment,
  letGoOfAttachment,
  markSent,
  maxKeptAttachmentBytes,
} from "../store/attachment-rows.ts";
import { clientTables } from "../store/client-tables.ts";
import {
  atRecord,
  hashOf,
  keep,
  nameIn,
  pictureOf,
  rowsOf,
} from "./attachments.test-support.ts";
import { join, openDevice } from "./clinic.test-support.ts";
import { failingStore } from "./failing-store.test-support.ts";

const jpeg = pictureOf(300);

test("[AT-6] a picture that was taken is there after a restart, before and after a record names it", async () => {
  const { device, recordId } = await atRecord();
  const kept = await keep(device, recordId, jpeg);
  const expected = {
    hash: hashOf(jpeg),
    contentType: "image/jpeg",
    byteLength: 300,
  };
  expect(kept).toEqual(expected);
  const later = await openDevice({
    name: "ada",
    store: device.store,
    start: 2,
  });
  expect(await later.client.attachments.read({ recordId, ...kept })).toEqual({
    ok: true,
    value: { bytes: jpeg, contentType: "image/jpeg", isUnsent: true },
  });
});

test("[AT-6] what is no picture, or larger than 8 MiB, is not kept; nor anything while nobody is signed in", async () => {
  const { device, recordId } = await atRecord();
  const { attachments } = device.client;
  const script = new TextEncoder().encode("<svg onload='alert(1)'/>");
  expect(await attachments.keep(recordId, script)).toMatchObject({
    error: { code: "not-a-picture" },
  });
  const large = pictureOf(8 * 1024 * 1024 + 1);
  expect(await attachments.keep(recordId, large)).toMatchObject({
    error: { code: "too-large" },
  });
  await device.tokens.removeGrant(device.personId);
  await device.client.renewPersons();
  expect(await attachments.keep(recordId, jpeg)).toMatchObject({
    error: { code: "signed-out" },
  });
  expect(await rowsOf(device)).toEqual([]);
});

test("[AT-6] a device that cannot store it says so, and keeps nothing of it", async () => {
  const failing = failingStore(createMemoryStore({ tables: clientTables }));
  const { device, recordId } = await atRecord({ store: failing.store });
  for (const calls of [0, 1, 2, 3, 4]) {
    failing.failAfter(calls);
    expect(await device.client.attachments.keep(recordId, jpeg)).toEqual({
      ok: false,
      error: { code: "not-saved" },
    });
    failing.heal();
    expect(await rowsOf(device)).toEqual([]);
  }
});

test("[WB-51] a picture that is here is shown where there is no space to note that it was", async () => {
  const failing = failingStore(createMemoryStore({ tables: clientTables }));
  const { device, recordId } = await atRecord({ store: failing.store });
  const name = { recordId, ...(await keep(device, recordId, jpeg)) };
  device.clock.nowMs += 2 * 3_600_000;
  failing.failAfter(0);
  expect(await device.client.attachments.read(name)).toMatchObject({
    value: { bytes: jpeg },
  });
  expect(failing.hasFailed).toBe(true);
});

test("[AT-6] one that no record is to name after all is dropped; one that was sent stays", async () => {
  const { device, recordId } = await atRecord();
  const { attachments } = device.client;
  const kept = await keep(device, recordId, jpeg);
  await attachments.drop({ recordId, ...kept });
  expect(await rowsOf(device)).toEqual([]);
});

test("[AT-6] a picture that a colleague on the device picked, too, goes once both have let go of it", async () => {
  const { device, recordId } = await atRecord();
  const hash = hashOf(jpeg);
  await keep(device, recordId, jpeg);
  const name = { recordId, hash };
  const colleague = personIdSchema.parse("colleague");
  const pick = (personId: PersonId) =>
    device.log.write(async (tx) => {
      const row = await tx.get(attachmentsTable, [recordId, hash]);
      if (!row?.unsent) throw new Error("no picture");
      await keepAttachment(
        tx,
        { ...row, unsent: { ...row.unsent, personId } },
        jpeg,
      );
    });
  const letGo = (personId: PersonId) =>
    device.log.write((tx) => letGoOfAttachment(tx, name, personId));
  await pick(colleague);
  await pick(colleague);
  await device.client.attachments.drop(name);
  expect(await rowsOf(device)).toMatchObject([
    { unsent: { personId: colleague } },
  ]);
  await letGo(device.personId);
  expect(await rowsOf(device)).toHaveLength(1);
  await letGo(colleague);
  expect(await rowsOf(device)).toEqual([]);
});

test("[AT-9] what is not here is fetched, and kept for the next time", async () => {
  const asked: string[] = [];
  const { device, recordId } = await atRecord({
    fetch: async (url) => {
      asked.push(url);
      return new Response(jpeg);
    },
  });
  const name = { recordId, hash: hashOf(jpeg) };
  const expected = {
    ok: true,
    value: { bytes: jpeg, contentType: "image/jpeg", isUnsent: false },
  };
  const { attachments } = device.client;
  const both = [attachments.read(name), attachments.read(name)];
  expect(await Promise.all(both)).toEqual([expected, expected]);
  expect(await attachments.read(name)).toEqual(expected);
  expect(asked).toEqual([
    `https://suture.test/v1/records/${recordId}/attachments/${hashOf(jpeg)}`,
  ]);
});

test("[AT-9] bytes that are not of the hash are nobody's: nothing is shown or kept of them", async () => {
  for (const answer of [pictureOf(299), jpeg.slice(0, 200), new Uint8Array()]) {
    const { device, recordId } = await atRecord({
      fetch: async () => new Response(new Uint8Array(answer)),
    });
    const name = { recordId, hash: hashOf(jpeg) };
    expect(await device.client.attachments.read(name)).toEqual({
      ok: false,
      error: { code: "unreachable" },
    });
    expect(await rowsOf(device)).toEqual([]);
  }
});

test("[AT-9] what the server has not got is told apart from nobody who answers", async () => {
  const answers: (() => Promise<Response>)[] = [
    async () =>
      new Response(JSON.stringify(httpError("attachment-not-here")), {
        status: 404,
      }),
    async () => new Response("<html>Sign in to this network</html>"),
    () => Promise.reject(new TypeError("fetch failed")),
  ];
  const { device, recordId } = await atRecord({
    fetch: () => (answers.shift() ?? Promise.reject)(),
  });
  const name = { recordId, hash: hashOf(jpeg) };
  const codes = [];
  for (let count = 0; count < 3; count += 1) {
    const read = await device.client.attachments.read(name);
    codes.push(read.ok ? "ok" : read.error.code);
  }
  expect(codes).toEqual(["not-here", "unreachable", "unreachable"]);
});

test("[AT-9] a colleague on the same device who may not read the record gets nothing of it, and asks nobody", async () => {
  const asked: string[] = [];
  const fetch: Fetch = async (url) => (asked.push(url), new Response(jpeg));
  const { device, recordId, founded } = await atRecord({ fetch });
  const name = await keep(device, recordId, jpeg);
  const tom = await openDevice({ name: "tom", store: device.store, fetch });
  await join(tom, founded.organizationId, founded.teamId, ["technician"]);
  expect(await tom.client.attachments.read({ recordId, ...name })).toEqual({
    ok: false,
    error: { code: "record-unknown" },
  });
  const copy = await tom.client.exportUnsynced();
  expect(copy.attachments).toEqual([]);
  expect(asked).toEqual([]);
});

test("[AT-9] of what was fetched the longest unused goes first; what was not sent stays", async () => {
  const size = maxKeptAttachmentBytes / 16;
  const pictures = Array.from({ length: 17 }, (_, at) =>
    pictureOf(size, at + 1),
  );
  const byHash = new Map(pictures.map((bytes) => [`${hashOf(bytes)}`, bytes]));
  const { device, recordId } = await atRecord({
    fetch: async (url) => new Response(byHash.get(url.slice(-64)) ?? null),
  });
  const { attachments } = device.client;
  const mine = await keep(device, recordId, jpeg);
  for (const bytes of pictures) {
    device.clock.nowMs += 1;
    await attachments.read({ recordId, hash: hashOf(bytes) });
  }
  const held = new Set((await rowsOf(device)).map(({ hash }) => hash));
  expect(held.has(mine.hash)).toBe(true);
  expect(pictures.map((bytes) => held.has(hashOf(bytes)))).toEqual([
    false,
    ...Array.from({ length: 16 }, () => true),
  ]);
});

test("[AT-16] two pictures are fetched at a time; the others come after them, also after one that does not", async () => {
  const pictures = Array.from({ length: 5 }, (_, at) => pictureOf(300, at + 1));
  const byHash = new Map(pictures.map((bytes) => [`${hashOf(bytes)}`, bytes]));
  const [lost] = byHash.keys();
  let underWay = 0;
  let most = 0;
  const { device, recordId } = await atRecord({
    fetch: async (url) => {
      underWay += 1;
      most = Math.max(most, underWay);
      for (let turn = 0; turn < 20; turn += 1)
        await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      const hash = url.slice(-64);
      if (hash === lost) throw new TypeError("fetch failed");
      return new Response(byHash.get(hash) ?? null);
    },
  });
  const reads = pictures.map((bytes) =>
    device.client.attachments.read({ recordId, hash: hashOf(bytes) }),
  );
  const codes = (await Promise.all(reads)).map((read) =>
    read.ok ? "ok" : read.error.code,
  );
  expect(codes).toEqual(["unreachable", "ok", "ok", "ok", "ok"]);
  expect(most).toBe(2);
});

test("[AT-9] what was fetched leaves with its record", async () => {
  const { device, recordId, server } = await atRecord({
    fetch: async () => new Response(jpeg),
  });
  await server.takeFrom(device);
  await server.deliverTo(device);
  await device.client.attachments.read({ recordId, hash: hashOf(jpeg) });
  expect(await rowsOf(device)).toHaveLength(1);
  await device.log.keepOnly(new Map());
  expect(await rowsOf(device)).toEqual([]);
});

test("[AT-13] what was taken here and sent is offered again to a server that was restored; what was fetched is not", async () => {
  const other = pictureOf(400);
  const { device, recordId, server } = await atRecord({
    fetch: async () => new Response(other),
  });
  const { hash } = await keep(device, recordId, jpeg);
  await nameIn(device, recordId, hash);
  await server.takeFrom(device);
  await server.deliverTo(device);
  await device.log.write((tx) => markSent(tx, { recordId, hash }));
  const { attachments } = device.client;
  await attachments.read({ recordId, hash: hashOf(other) });
  expect(await attachments.unsent()).toEqual([]);
  const end = server.rows.length;
  server.putBack(end - 1);
  await device.log.regress(server.scopeId, [server.cursorAt(end - 1)]);
  expect(await attachments.unsent()).toMatchObject([
    { recordId, hash, personId: device.personId, reason: null },
  ]);
});
