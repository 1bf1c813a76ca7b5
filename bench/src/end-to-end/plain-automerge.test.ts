/** An unmodified `Repo` with its `WebSocketClientAdapter`, and the SDK, on the same records of one server, over real sockets. */
import {
  Counter,
  getConflicts,
  ImmutableString,
  splice,
} from "@automerge/automerge";
import type { Client } from "@suture/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { PlainClient } from "./plain-client.test-support.ts";
import {
  everythingIsSent,
  RealWorld,
  until,
} from "./real-world.test-support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: RealWorld;
let plain: PlainClient | undefined;

beforeEach(async () => {
  world = await RealWorld.create();
});

afterEach(async () => {
  await plain?.close();
  plain = undefined;
  await world.end();
});

async function patientNamed(client: Client, name: string) {
  const [found] = await client.patients.list({ matching: name });
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

const noteKey = "notes/0b6f2a52-7c5e-4a5b-9d7e-0a3d1f6c2b11";

test("[PA-5] [PA-6] both edit one record from their side, live, and see what the other wrote", async () => {
  const tablet = await world.join("tablet", "clinician");
  plain = await PlainClient.join(world, "receptionist");
  const alma = await patientNamed(tablet, "alma");
  const handle = await plain.open(alma.id);
  expect(String(handle.doc()["recordId"])).toBe(alma.id);

  handle.change((doc) => {
    doc["maritalStatus"] = new ImmutableString("W");
    doc[noteKey] = new ImmutableString(
      JSON.stringify({ status: "active", text: "Rang at noon." }),
    );
  });
  await until(
    tablet,
    async () =>
      (await patientNamed(tablet, "alma")).fields.maritalStatus === "W",
  );
  const { fields } = await patientNamed(tablet, "alma");
  expect(Object.values(fields.notes)).toContainEqual({
    status: "active",
    text: "Rang at noon.",
  });

  const edit = await alma.edit();
  edit.draft.maritalStatus = "M";
  expect(await edit.save()).toMatchObject({ ok: true });
  await plain.until(() => String(handle.doc()["maritalStatus"]) === "M");
  expect(plain.refusals).toEqual([]);
});

test("[PA-6] both write into one text and count on one counter", async () => {
  const tablet = await world.join("tablet", "technician");
  plain = await PlainClient.join(world, "technician");
  const [job] = await tablet.serviceJobs.list({ limit: 1 });
  const [pump] = await tablet.equipment.list({ limit: 1 });
  if (job === undefined || pump === undefined)
    throw new Error("the sample has no equipment");
  const describing = await job.edit();
  describing.draft.description.replace("The pump leaks.");
  const counting = await pump.edit();
  counting.draft.useCount.add(2);
  const before = pump.fields.useCount ?? 0;
  for (const edit of [describing, counting])
    expect(await edit.save()).toMatchObject({ ok: true });
  const text = await plain.open(job.id);
  const count = await plain.open(pump.id);
  await plain.until(() => text.doc()["description"] === "The pump leaks.");
  await plain.until(() => Number(count.doc()["useCount"]) === before + 2);
  text.change((doc) => splice(doc, ["description"], 4, 4, "old pump"));
  count.change((doc) => {
    const { useCount } = doc;
    if (useCount instanceof Counter) useCount.increment(3);
  });
  await until(tablet, async () => {
    const [described, counted] = await Promise.all([
      tablet.serviceJobs.get(job.id),
      tablet.equipment.get(pump.id),
    ]);
    return (
      described.ok &&
      described.value.fields.description === "The old pump leaks." &&
      counted.ok &&
      counted.value.fields.useCount === before + 5
    );
  });
  expect(plain.refusals).toEqual([]);
});

test("[PA-6] what both wrote while apart: a merging field has both values on either side, and one winner", async () => {
  const tablet = await world.join("tablet", "clinician");
  plain = await PlainClient.join(world, "receptionist");
  const alma = await patientNamed(tablet, "alma");
  const handle = await plain.open(alma.id);
  tablet.stopSync();
  const edit = await alma.edit();
  edit.draft.maritalStatus = "D";
  expect(await edit.save()).toMatchObject({ ok: true });
  handle.change((doc) => {
    doc["maritalStatus"] = new ImmutableString("S");
  });
  tablet.startSync();
  await everythingIsSent(tablet);
  const values = () =>
    Object.values(getConflicts(handle.doc(), "maritalStatus") ?? {})
      .map(String)
      .toSorted();
  await plain.until(() => values().join() === "D,S");
  const winner = String(handle.doc()["maritalStatus"]);
  await until(
    tablet,
    async () =>
      (await patientNamed(tablet, "alma")).fields.maritalStatus === winner,
  );
  expect(plain.refusals).toEqual([]);
});

test("[PA-7] a conflict about who somebody is: a plain client may not overwrite it, is told so, and goes on with other records", async () => {
  const tablet = await world.join("tablet", "clinician");
  const desk = await world.join("desk", "receptionist");
  plain = await PlainClient.join(world, "receptionist");
  const alma = await patientNamed(tablet, "alma");
  const [other] = (await tablet.patients.list({ limit: 10 })).filter(
    ({ id }) => id !== alma.id,
  );
  if (other === undefined) throw new Error("the sample has one patient only");
  const handle = await plain.open(alma.id);
  const otherHandle = await plain.open(other.id);

  const onTablet = await alma.edit();
  const onDesk = await (await patientNamed(desk, "alma")).edit();
  onTablet.draft.identity.birthDate = "1961-02-03";
  onDesk.draft.identity.birthDate = "1962-02-03";
  for (const edit of [onTablet, onDesk])
    expect(await edit.save()).toMatchObject({ ok: true });
  await plain.until(
    () =>
      Object.keys(getConflicts(handle.doc(), "identity") ?? {}).length === 2,
  );
  const before = String(handle.doc()["identity"]);

  handle.change((doc) => {
    doc["identity"] = new ImmutableString(before.replace("196", "199"));
  });
  await plain.until(() => plain?.refusals.length === 1);
  expect(plain.refusals).toMatchObject([{ recordId: alma.id }]);

  // Read-only for it: nothing more is taken, and what others write still comes.
  handle.change((doc) => {
    doc["maritalStatus"] = new ImmutableString("W");
  });
  const phoning = await (await patientNamed(desk, "alma")).edit();
  const entryId = phoning.draft.telecom.set({
    status: "active",
    value: "+263 77 000 112",
  });
  expect(await phoning.save()).toMatchObject({ ok: true });
  const client = plain;
  await client.until(() => `telecom/${entryId}` in handle.doc());

  otherHandle.change((doc) => {
    doc["maritalStatus"] = new ImmutableString("W");
  });
  await until(tablet, async () => {
    const found = await tablet.patients.get(other.id);
    return found.ok && found.value.fields.maritalStatus === "W";
  });
  const seen = await patientNamed(tablet, "alma");
  expect(seen.group("identity").status).toBe("conflict");
  expect(seen.fields.maritalStatus).not.toBe("W");
  expect(plain.refusals).toHaveLength(1);
});

test("[PA-5] [PA-13] what both wrote while the server was away is on both sides once it is back", async () => {
  const tablet = await world.join("tablet", "clinician");
  plain = await PlainClient.join(world, "receptionist");
  const alma = await patientNamed(tablet, "alma");
  const handle = await plain.open(alma.id);
  const { port } = new URL(world.url);
  await world.stopServer();
  for (let count = 0; count < 60; count += 1)
    handle.change((doc) => {
      const id = `0b6f2a52-7c5e-4a5b-9d7e-${String(count).padStart(12, "0")}`;
      doc[`telecom/${id}`] = new ImmutableString(
        JSON.stringify({ status: "active", value: `+263 ${count}` }),
      );
    });
  const edit = await alma.edit();
  edit.draft.maritalStatus = "D";
  expect(await edit.save()).toMatchObject({ ok: true });
  await world.startServer(port);
  await plain.until(() => String(handle.doc()["maritalStatus"]) === "D");
  await until(tablet, async () => {
    const { fields } = await patientNamed(tablet, "alma");
    const values = Object.values(fields.telecom).map(({ value }) => value);
    return values.filter((value) => /^\+263 \d+$/.test(value)).length >= 60;
  });
  expect(plain.refusals).toEqual([]);
});
