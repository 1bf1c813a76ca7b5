import {
  changeHashSchema,
  sha256Hex,
  type ClientMessage,
  type RecordId,
  type Verdict,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  foundClinic,
  openDevice,
  type Device,
} from "../records/clinic.test-support.ts";
import { PushPump, reofferMs } from "./push-pump.ts";

type Push = Extract<ClientMessage, { type: "push" }>;

let ada: Device;
let organizationId: RecordId;
let sent: Push[];
let waits: { readonly delayMs: number; readonly task: () => void }[];
let resumed: number;
let pump: PushPump;

beforeEach(async () => {
  ada = await openDevice({ name: "ada" });
  ({ organizationId } = await foundClinic(ada));
  sent = [];
  waits = [];
  resumed = 0;
  pump = new PushPump({
    log: ada.log,
    personId: ada.personId,
    timers: {
      after(delayMs, task) {
        const wait = { delayMs, task };
        waits.push(wait);
        return { cancel: () => void waits.splice(waits.indexOf(wait), 1) };
      },
    },
    tokens: () => Promise.resolve(new Map([[ada.personId, "token"]])),
    send: (message) => void sent.push(message),
    onResume: () => (resumed += 1),
  });
});

test("[SY-28] a deferred push is sent again when its time has come, and nothing before it", async () => {
  await pump.pump();
  expect(sent).toHaveLength(1);
  pump.defer(0, 7_000);
  expect(pump.isEmpty).toBe(false);
  await ada.client.patients.create({ parentId: organizationId });
  await pump.pump();
  expect(sent).toHaveLength(1);
  expect(waits.map(({ delayMs }) => delayMs)).toEqual([7_000]);
  waits.shift()?.task();
  expect(resumed).toBe(1);
  await pump.pump();
  const [first, again] = sent;
  expect(again?.changes.slice(0, 3)).toEqual(first?.changes);
  expect(again?.pushId).not.toBe(first?.pushId);
});

test("[SY-28] what is deferred counts as work that is only here", async () => {
  await pump.pump();
  pump.defer(0, 7_000);
  expect((await ada.client.unsynced()).length).toBe(3);
  const [organization] = await ada.client.organizations.list();
  expect(organization?.status.state).not.toBe("synced");
  // An answer to a push that is not on its way, or no more, changes nothing.
  pump.defer(0, 60_000);
  expect(waits.map(({ delayMs }) => delayMs)).toEqual([7_000]);
});

test('[SY-28] what is answered "not now" is offered again after a minute, and as soon as anything is accepted', async () => {
  const quarantined = () =>
    (sent.at(-1)?.changes ?? []).map(({ recordId, bytes }): Verdict => ({
      verdict: "refused",
      recordId,
      hash: changeHashSchema.parse(sha256Hex(bytes.subarray(8))),
      code: "device-quarantined",
      message: "Not now.",
      isRetryable: true,
    }));
  await pump.pump();
  pump.settle(0, quarantined());
  await pump.pump();
  expect(sent).toHaveLength(1);
  expect(waits.map(({ delayMs }) => delayMs)).toEqual([reofferMs]);
  waits.shift()?.task();
  expect(resumed).toBe(1);
  await pump.pump();
  expect(sent[1]?.changes).toEqual(sent[0]?.changes);

  const [first, ...others] = quarantined();
  if (first === undefined) throw new Error("nothing was sent");
  const { recordId, hash } = first;
  pump.settle(1, others);
  pump.settle(null, [{ verdict: "accepted", recordId, hash, places: [] }]);
  expect(waits).toEqual([]);
  await pump.pump();
  expect(sent).toHaveLength(3);
});

test("[CL-8] what is refused for good is not offered again on the same socket, though the log still holds it", async () => {
  await pump.pump();
  const [first] = sent;
  pump.settle(
    0,
    (first?.changes ?? []).map(({ recordId, bytes }): Verdict => ({
      verdict: "refused",
      recordId,
      hash: changeHashSchema.parse(sha256Hex(bytes.subarray(8))),
      code: "not-permitted",
      message: "Not here.",
      isRetryable: false,
    })),
  );
  await pump.pump();
  expect(sent).toHaveLength(1);
  expect(waits).toEqual([]);
  pump.offerAgain();
  await pump.pump();
  expect(sent).toHaveLength(1);
});

test("[SY-28] a session that ends takes its waits with it", async () => {
  await pump.pump();
  pump.defer(0, 7_000);
  pump.stop();
  expect(waits).toEqual([]);
});
