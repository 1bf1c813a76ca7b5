import { organizationScope, teamScope } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

const path = "/v1/audit/exports";
let world: HttpWorld;
let auditor: Asker;
beforeEach(async () => {
  world = await createHttpWorld();
  auditor = await world.join(["auditor"]);
});

function ofChain(given: Readonly<Record<string, unknown>> = {}) {
  const { organizationId } = world.world;
  return {
    organizationId,
    scopeId: organizationScope(organizationId),
    chain: "audit",
    upTo: 2,
    count: 2,
    ...given,
  };
}

async function exportsNoted(): Promise<readonly unknown[]> {
  return (await world.audit()).filter(({ event }) => event === "exported");
}

test("[AU-19, HT-15] who makes a file of the audit is on record, with how much it holds and up to where", async () => {
  expect((await auditor.post(path, ofChain())).status).toBe(204);
  const { organizationId } = world.world;
  expect(await exportsNoted()).toEqual([
    {
      event: "exported",
      memberId: auditor.memberId,
      what: "audit",
      recordId: null,
      count: 2,
      upTo: [
        {
          chain: "audit",
          scopeId: organizationScope(organizationId),
          sequence: 2,
        },
      ],
    },
  ]);
  // The entry is one of the chain like any other.
  const { body } = await auditor.get(
    `/v1/audit?organizationId=${organizationId}&order=newest-first&limit=1`,
  );
  expect(body.entries[0].entry.event).toBe("exported");
  await world.reads.flush();
  const ofReads = ofChain({ chain: "reads", upTo: 1, count: 40 });
  expect((await auditor.post(path, ofReads)).status).toBe(204);
  expect(await exportsNoted()).toHaveLength(2);
});

test("[HT-15] what is not there cannot have gone out: nothing is noted", async () => {
  const unknown = teamScope(world.world.admin.newRecordId());
  for (const [given, status] of [
    [{ upTo: 1_000_000 }, 400],
    [{ count: 0 }, 400],
    [{ scopeId: unknown }, 404],
    [{ chain: "reads" }, 404],
  ] as const)
    expect(await auditor.post(path, ofChain(given))).toMatchObject({ status });
  expect(await exportsNoted()).toEqual([]);
});

test("[AU-19, HT-15] who makes a file of a record's history is on record; whoever may not read it is told what they always are", async () => {
  const clinician = await world.join(["clinician"]);
  const patient = await world.newPatient(clinician);
  const ofRecord = `/v1/records/${patient.recordId}/exports`;
  expect((await clinician.post(ofRecord, { count: 1 })).status).toBe(204);
  expect(await exportsNoted()).toEqual([
    {
      event: "exported",
      memberId: clinician.memberId,
      what: "history",
      recordId: patient.recordId,
      count: 1,
      upTo: [],
    },
  ]);
  const technician = await world.join(["technician"]);
  const stranger = await world.stranger();
  for (const asker of [technician, stranger])
    expect(await asker.post(ofRecord, { count: 1 })).toMatchObject({
      status: 404,
      body: { code: "record-unknown" },
    });
  expect((await clinician.post(ofRecord, { count: 99 })).status).toBe(400);
  expect(await exportsNoted()).toHaveLength(1);
});

test("[HT-15] only auditors and admins make files of the audit", async () => {
  const manager = await world.join(["manager"]);
  const stranger = await world.stranger();
  expect(await manager.post(path, ofChain())).toMatchObject({ status: 403 });
  expect(await stranger.post(path, ofChain())).toMatchObject({ status: 404 });
  expect(await exportsNoted()).toEqual([]);
});
