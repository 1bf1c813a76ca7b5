import { beforeEach, expect, test } from "vitest";

import type { Replica } from "../../admission/author.test-support.ts";
import { expectAccepted } from "../../admission/world.test-support.ts";
import { auditTable } from "../../audit/audit-tables.ts";
import { verifyAudit } from "../../audit/verify-audit.ts";
import { attachmentsTable } from "../../log/log-tables.ts";
import {
  hashOf,
  jpeg,
  name,
  namedPicture,
  newJob,
  phoneOf,
  pictureOf,
  type Phone,
} from "./attachments.test-support.ts";
import type { Asker, HttpWorld } from "./http-world.test-support.ts";

let world: HttpWorld;
let tess: Asker;
let job: Replica;
let onDevice: Phone;
beforeEach(async () => {
  ({ world, tess, job, onDevice } = await namedPicture());
});

test("[AT-2, AT-4] the bytes that a record names are kept, and given to whoever reads it, as they came", async () => {
  expect(await onDevice.put(job, jpeg)).toMatchObject({
    status: 200,
    body: { hash: hashOf(jpeg) },
  });
  const manager = await phoneOf(world, await world.join(["manager"]));
  const { status, headers, bytes } = await manager.get(job, jpeg);
  expect([status, bytes]).toEqual([200, jpeg]);
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-type": "image/jpeg",
    "content-disposition": "attachment",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": expect.stringContaining("default-src 'none'"),
  });
  const attachment = hashOf(jpeg);
  expect(await entries()).toMatchObject([
    { recordId: job.recordId, memberId: tess.memberId, attachment },
  ]);
  expect(JSON.stringify(await world.readNotes())).toContain(
    `"what":"attachment","recordId":"${job.recordId}"`,
  );
});

test("[AT-2] the same bytes again change nothing, and are told of once", async () => {
  expect((await onDevice.put(job, jpeg)).status).toBe(200);
  expect((await onDevice.put(job, jpeg)).status).toBe(200);
  expect(await entries()).toHaveLength(1);
});

test("[AT-2] under a name that the record does not give nothing is kept", async () => {
  const other = pictureOf(300);
  expect(await onDevice.put(job, other)).toMatchObject(unknown);
  expect(await held()).toEqual([]);
});

test("[AT-2] whoever may read and not write the field stores nothing", async () => {
  const auditor = await phoneOf(world, await world.join(["auditor"]));
  expect(await auditor.put(job, jpeg)).toMatchObject({
    status: 403,
    body: { code: "not-permitted" },
  });
  expect(await held()).toEqual([]);
});

test("[AT-3] other bytes than the record says are refused: changed, cut short, or of another kind", async () => {
  const changed = new Uint8Array(jpeg);
  changed[100] = 7;
  const script = new TextEncoder().encode("<svg onload='alert(1)'/>");
  await name(tess, job, script);
  for (const [told, bytes] of [
    [jpeg, changed],
    [jpeg, jpeg.slice(0, -1)],
    [jpeg, new Uint8Array()],
    [script, script],
  ] as const)
    expect(await onDevice.put(job, bytes, { as: told })).toMatchObject({
      status: 422,
      body: { code: "attachment-refused", isRetryable: false },
    });
  expect(await held()).toEqual([]);
});

test("[AT-3] a picture that the record says is of another size or type is refused", async () => {
  const other = pictureOf(300);
  const third = pictureOf(301);
  await name(tess, job, other, { byteLength: 299 });
  await name(tess, job, third, { contentType: "image/png" });
  for (const bytes of [other, third])
    expect((await onDevice.put(job, bytes)).status).toBe(422);
  expect(await held()).toEqual([]);
});

test("[AT-3] an entry that says something else of a picture does not keep it out", async () => {
  await name(tess, job, jpeg, { byteLength: 1 });
  await name(tess, job, jpeg, { contentType: "image/png" });
  expect((await onDevice.put(job, jpeg)).status).toBe(200);
  const { headers } = await onDevice.get(job, jpeg);
  expect(headers.get("content-type")).toBe("image/jpeg");
});

test("[AT-3] what is larger than 8 MiB is refused, whatever the record says", async () => {
  const large = pictureOf(8 * 1024 * 1024 + 1);
  await name(tess, job, large);
  expect(await onDevice.put(job, large)).toMatchObject({
    status: 413,
    body: { code: "body-too-large" },
  });
  const largest = large.slice(0, -1);
  await name(tess, job, largest);
  expect((await onDevice.put(job, largest)).status).toBe(200);
});

test("[AT-4] who may not read the record is told what everybody is told of one that is not there", async () => {
  await onDevice.put(job, jpeg);
  const nowhere = world.world.admin.newRecordId();
  const missing = await onDevice.get({ recordId: nowhere }, jpeg);
  expect(missing).toMatchObject(unknown);
  const elsewhere = await world.found();
  const others = [
    await world.join(["receptionist"], { teamIds: [] }),
    await world.join(["technician"], { teamIds: [] }),
    await world.join(["technician"], { house: elsewhere }),
    await world.stranger(),
  ];
  for (const other of others) {
    const phone = await phoneOf(world, other);
    expect((await phone.get(job, jpeg)).body).toEqual(missing.body);
    expect((await phone.put(job, jpeg)).body).toEqual(missing.body);
  }
});

test("[AT-4] through another record nobody comes by its picture", async () => {
  await onDevice.put(job, jpeg);
  const mine = await newJob(world, tess);
  expect(await onDevice.get(mine, jpeg)).toMatchObject(unknown);
  await name(tess, mine, jpeg);
  expect(await onDevice.get(mine, jpeg)).toMatchObject({
    status: 404,
    body: { code: "attachment-not-here", isRetryable: true },
  });
});

test("[AT-4] who is no longer a member reads none and stores none", async () => {
  await onDevice.put(job, jpeg);
  const { admin } = world.world;
  const gone = { roles: ["technician"], teams: [], active: false };
  expectAccepted(await admin.push(admin.sign(tess.member, "membership", gone)));
  expect(await onDevice.get(job, jpeg)).toMatchObject(unknown);
  expect(await onDevice.put(job, jpeg)).toMatchObject(unknown);
});

test("[AT-14] a stored picture that is no longer what the audit says, or is gone, is named", async () => {
  await onDevice.put(job, jpeg);
  expect(await verifyAudit(world.store)).toMatchObject({ isIntact: true });
  const { organizationId } = world.world;
  const key = [job.recordId, hashOf(jpeg)];
  const broken = {
    table: "attachments",
    key,
    problem: "it is not the picture that the audit tells of",
  };
  const changed = new Uint8Array(jpeg).fill(7, 50);
  await world.store.write(organizationId, (tx) =>
    tx.put(attachmentsTable, key, changed),
  );
  expect(await verifyAudit(world.store)).toMatchObject({ broken });
  await world.store.write(organizationId, (tx) =>
    tx.delete(attachmentsTable, key),
  );
  expect(await verifyAudit(world.store)).toMatchObject({ broken });
});

test("[AT-5] only a sync token with a proof of its own for this request goes through", async () => {
  const proof = await onDevice.proof("PUT", job, jpeg);
  expect((await onDevice.put(job, jpeg, { proof })).status).toBe(200);
  expect(await onDevice.put(job, jpeg, { proof })).toMatchObject({
    status: 401,
    body: { code: "proof-replayed" },
  });
  const forReading = await onDevice.proof("GET", job, jpeg);
  const other = await newJob(world, tess);
  const elsewhere = await onDevice.proof("PUT", other, jpeg);
  const tries = [
    { proof: forReading },
    { proof: elsewhere },
    { proof: null },
    { authorization: `Bearer ${tess.sessionToken}` },
    { authorization: null },
  ];
  for (const tried of tries)
    expect((await onDevice.put(job, jpeg, tried)).status).toBe(401);
});

test("[AT-5] bytes both ways are counted: whoever had too many is told when to come back", async () => {
  await onDevice.put(job, jpeg);
  const mebibyte = 1024 * 1024;
  const { budgets } = world.deps;
  const subject = { kind: "device", id: onDevice.deviceId } as const;
  budgets.charge([subject], { bytes: 257 * mebibyte });
  for (const answer of [
    await onDevice.get(job, jpeg),
    await onDevice.put(job, jpeg),
  ]) {
    expect(answer).toMatchObject({
      status: 429,
      body: { code: "too-many-requests", retryAfterMs: 251 },
    });
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  world.timers.advance(1_000);
  expect((await onDevice.get(job, jpeg)).status).toBe(200);
  expect(budgets.waitMs([subject], ["bytes"])).toBe(0);
});

const unknown = { status: 404, body: { code: "attachment-unknown" } };

async function entries() {
  const rows = await world.store.read(world.world.organizationId, (tx) =>
    tx.scan(auditTable),
  );
  return rows.flatMap(({ value: { entry } }) =>
    entry.event === "attachment-stored" ? [entry] : [],
  );
}

function held() {
  return world.store.read(world.world.organizationId, (tx) =>
    tx.scan(attachmentsTable),
  );
}
