import { bytesToHex } from "@suture/schema";
import { expect, test } from "vitest";

import { markRefused, type AttachmentName } from "../store/attachment-rows.ts";
import {
  atRecord,
  hashOf,
  keep,
  nameIn,
  pictureOf,
  rowsOf,
} from "./attachments.test-support.ts";
import { join, openDevice, type Device } from "./clinic.test-support.ts";

const jpeg = pictureOf(300);
const refused = { state: "refused", reason: "It is of another size." };
const keptForWork = {
  state: "local",
  reason:
    "It is kept for work that was not accepted, or is not complete on this device.",
};

function refusePicture({ log }: Device, name: AttachmentName): Promise<void> {
  return log.writeAbout(name.recordId, (tx) =>
    markRefused(tx, name, refused.reason),
  );
}

test("[AT-8] what only this device has is listed with its age and reason, is in the copy, and holds leaving back", async () => {
  const { device, recordId, server } = await atRecord();
  const { attachments } = device.client;
  const { hash } = await keep(device, recordId, jpeg);
  await nameIn(device, recordId, hash);
  await server.takeFrom(device);
  expect(await device.client.unsynced()).toEqual([]);
  const listed = { recordId, hash, recordType: "patient", byteLength: 300 };
  expect(await attachments.unsent()).toMatchObject([
    {
      ...listed,
      savedAtMs: device.clock.nowMs,
      state: "queued",
      label: "Saved locally. Will sync on reconnect.",
      reason: null,
    },
  ]);
  const copy = await device.client.exportUnsynced();
  expect(copy.attachments).toMatchObject([
    { recordId, hash, contentType: "image/jpeg", bytes: bytesToHex(jpeg) },
  ]);
  expect(await device.client.leaveDevice()).toMatchObject({
    error: { code: "work-unsynced", count: 1 },
  });
});

test("[AT-8] of somebody who has left the device, it says that they must sign in", async () => {
  const { device, recordId } = await atRecord();
  await keep(device, recordId, jpeg);
  await device.tokens.removeGrant(device.personId);
  await device.client.renewPersons();
  expect(await device.client.attachments.unsent()).toMatchObject([
    { state: "local", reason: "Its author must sign in here." },
  ]);
});

test("[AP-176] what nothing names says so, and whoever took it can remove it; once a record names it they cannot", async () => {
  const { device, recordId } = await atRecord();
  const { attachments } = device.client;
  const { hash } = await keep(device, recordId, jpeg);
  expect(await attachments.unsent()).toMatchObject([
    {
      state: "local",
      label: "Saved locally.",
      reason: "Nothing names it, so it is not sent.",
      mayBeDropped: true,
    },
  ]);
  await device.client.forms.keep(`photo/${recordId}`, { title: "", hash });
  expect(await attachments.unsent()).toMatchObject([
    {
      state: "local",
      reason: "It goes once the form that holds it is saved.",
      mayBeDropped: false,
    },
  ]);
  await device.client.forms.drop(`photo/${recordId}`);
  await nameIn(device, recordId, hash);
  expect(await attachments.unsent()).toMatchObject([
    { state: "queued", mayBeDropped: false },
  ]);
});

test("[AP-176] what was not taken and nothing names, can be removed by whoever took it, and by nobody else", async () => {
  const { device, recordId } = await atRecord();
  const { attachments } = device.client;
  const { hash } = await keep(device, recordId, jpeg);
  await refusePicture(device, { recordId, hash });
  expect(await attachments.unsent()).toMatchObject([
    { ...refused, mayBeDropped: true },
  ]);
  const ben = await openDevice({ name: "ben", store: device.store });
  expect(await ben.client.attachments.unsent()).toMatchObject([
    { ...refused, mayBeDropped: false },
  ]);
  await attachments.remove({ recordId, hash });
  expect(await attachments.unsent()).toEqual([]);
});

test("[AP-186] what was not taken stays while the record names it: it is tried again", async () => {
  const { device, recordId } = await atRecord();
  const { attachments } = device.client;
  const { hash } = await keep(device, recordId, jpeg);
  await nameIn(device, recordId, hash);
  await refusePicture(device, { recordId, hash });
  expect(await attachments.unsent()).toMatchObject([
    { ...refused, mayBeDropped: false },
  ]);
});

test("[AP-186] what a refused change names is kept for it, also once somebody has seen that", async () => {
  const { device, recordId, server } = await atRecord();
  const { client } = device;
  await server.takeFrom(device);
  const { hash } = await keep(device, recordId, jpeg);
  await nameIn(device, recordId, hash);
  await server.takeFrom(device, () => "not-permitted");
  const kept = [{ ...keptForWork, mayBeDropped: false }];
  expect(await client.attachments.unsent()).toMatchObject(kept);
  const [stranded] = await client.stranded();
  if (stranded === undefined) throw new Error("nothing was refused");
  await client.dismissStranded(recordId, stranded.hash);
  expect(await client.attachments.unsent()).toMatchObject(kept);
  await client.attachments.remove({ recordId, hash });
  await client.attachments.drop({ recordId, hash });
  expect(await rowsOf(device)).toHaveLength(1);
});

test.each(["waits for what it builds on", "is not here yet"])(
  "[AP-186] a picture is kept while a change that %s may name it",
  async (how) => {
    const { device, recordId, server, founded } = await atRecord();
    await server.takeFrom(device);
    const ben = await openDevice({ name: "ben" });
    const { organizationId, teamId } = founded;
    await join(ben, organizationId, teamId, ["clinician"]);
    await server.deliverTo(ben);
    const { hash } = await keep(device, recordId, jpeg);
    await server.deliverTo(device);
    await nameIn(ben, recordId, hashOf(pictureOf(300, 1)));
    await server.takeFrom(ben);
    await nameIn(ben, recordId, hash);
    await server.takeFrom(ben);
    const [before, naming] = server.rows.slice(-2);
    if (before === undefined || naming === undefined) throw new Error("rows");
    const isEarly = how === "waits for what it builds on";
    const applied = await device.log.applyPage({
      type: "changes",
      scopeId: server.scopeId,
      rows: [
        isEarly ? { ...before, bytes: null } : before,
        isEarly ? naming : { ...naming, bytes: null },
      ],
      cursor: server.cursorAt(server.rows.length),
      hasMore: false,
    });
    expect(applied.ok).toBe(true);
    expect(await device.client.attachments.unsent()).toMatchObject([
      { ...keptForWork, mayBeDropped: false },
    ]);
  },
);

test("[AP-186] what is confirmed is judged again: a picture that a form or the record has by then stays", async () => {
  const { device, recordId } = await atRecord();
  const { attachments, forms } = device.client;
  const name = { recordId, ...(await keep(device, recordId, jpeg)) };
  await forms.keep("begun", { hash: name.hash });
  await attachments.remove(name);
  expect(await rowsOf(device)).toHaveLength(1);
  await forms.drop("begun");
  await nameIn(device, recordId, name.hash);
  await attachments.remove(name);
  await attachments.drop(name);
  expect(await rowsOf(device)).toHaveLength(1);
});

test("[AP-175] whoever signs out of the device takes along what only a form of theirs held; what a record names stays", async () => {
  const { device, recordId } = await atRecord();
  const { client } = device;
  const [named, begun, loose] = [jpeg, pictureOf(300, 1), pictureOf(300, 2)];
  for (const bytes of [named, begun, loose])
    await keep(device, recordId, bytes);
  await nameIn(device, recordId, hashOf(named));
  await client.forms.keep("named", { hash: hashOf(named) });
  await client.forms.keep("begun", { hash: hashOf(begun) });
  const left = await client.leaveDevice({
    evenWithUnsynced: true,
    withoutServer: true,
  });
  expect(left).toMatchObject({ ok: true });
  const held = (await rowsOf(device)).map(({ hash }) => hash);
  expect(held.toSorted()).toEqual([hashOf(named), hashOf(loose)].toSorted());
});

test("[AP-175] a picture that a colleague has in a form of their own, too, is theirs then", async () => {
  const { device, recordId } = await atRecord();
  const ben = await openDevice({ name: "ben", store: device.store });
  const { hash } = await keep(device, recordId, jpeg);
  await keep(ben, recordId, jpeg);
  for (const { client } of [device, ben])
    await client.forms.keep("begun", { hash });
  const how = { evenWithUnsynced: true, withoutServer: true };
  expect(await device.client.leaveDevice(how)).toMatchObject({ ok: true });
  expect(await rowsOf(device)).toMatchObject([
    { unsent: { personId: ben.personId } },
  ]);
});
