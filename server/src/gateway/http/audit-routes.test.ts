import { organizationScope, teamScope, verifyLeafProof } from "@suture/schema";
import { decodeJwt } from "jose";
import { beforeEach, expect, test } from "vitest";

import { createHttpWorld, type HttpWorld } from "./http-world.test-support.ts";

let world: HttpWorld;
let path: string;
beforeEach(async () => {
  world = await createHttpWorld();
  path = `/v1/audit?organizationId=${world.world.organizationId}`;
});

test("[HT-7] an auditor reads the chain in pages, with the checkpoint that covers it", async () => {
  const auditor = await world.join(["auditor"]);
  const whole = await auditor.get(path);
  expect(whole.status).toBe(200);
  expect(whole.body).toMatchObject({
    scopeId: organizationScope(world.world.organizationId),
    chain: "audit",
    next: null,
  });
  const { entries } = whole.body;
  const chained = entries.filter((row: { chain: unknown }) => row.chain);
  expect(chained.map((row: { sequence: number }) => row.sequence)).toEqual(
    chained.map((_: unknown, index: number) => index + 1),
  );
  const second = await auditor.get(`${path}&after=2&limit=1`);
  expect(second.body.entries).toEqual(entries.slice(2, 3));
  const third = await auditor.get(
    `${path}&after=${second.body.next}&limit=1000`,
  );
  expect(third.body.entries.slice(0, entries.length - 3)).toEqual(
    entries.slice(3),
  );
  const nowhere = await auditor.get(`${path}&after=2.`);
  expect(nowhere.status).toBe(400);

  const team = encodeURIComponent(teamScope(world.world.teamId));
  const ofTeam = await auditor.get(`${path}&scopeId=${team}`);
  expect(ofTeam.status).toBe(200);
  const reads = await auditor.get(`${path}&chain=reads`);
  expect(reads.body.chain).toBe("reads");
});

test("[HT-7] either chain is read from its end, too, page by page", async () => {
  const auditor = await world.join(["auditor"]);
  const readBack = async (chain: string) => {
    const all: unknown[] = [];
    for (let after = ""; ;) {
      const { body } = await auditor.get(
        `${path}&chain=${chain}&order=newest-first&limit=2${after}`,
      );
      all.push(...body.entries);
      if (body.next === null) return all;
      after = `&after=${body.next}`;
    }
  };
  const whole = await auditor.get(`${path}&limit=1000`);
  expect(await readBack("audit")).toEqual(whole.body.entries.toReversed());
  for (let count = 0; count < 5; count += 1) {
    await world.reads.flush();
    await auditor.get(path);
  }
  await world.reads.flush();
  const reads = await auditor.get(`${path}&chain=reads`);
  expect(reads.body.entries.length).toBeGreaterThan(4);
  const back = await readBack("reads");
  // Reading them is itself noted, behind what was there.
  expect(back).toEqual(expect.arrayContaining(reads.body.entries));
  const sequences = back.map(
    (entry) => (entry as { sequence: number }).sequence,
  );
  expect(sequences).toEqual(sequences.toSorted((left, right) => right - left));
  expect(new Set(sequences).size).toBe(sequences.length);
  expect(await auditor.get(`${path}&order=sideways`)).toMatchObject({
    status: 400,
    body: { code: "request-invalid" },
  });
});

test("[AU-18] who looks for a change finds its admission: one by one, with its record and author", async () => {
  const auditor = await world.join(["auditor"]);
  const clinician = await world.join(["clinician"]);
  const patient = await world.newPatient(clinician);
  const { body } = await auditor.get(`${path}&limit=1000`);
  const ofPatient = body.entries.filter(
    ({ entry }: { entry: { recordId?: string } }) =>
      entry.recordId === patient.recordId,
  );
  const [creation] = [...patient.index.changes()];
  expect(ofPatient).toEqual([
    {
      sequence: expect.any(Number),
      atMs: expect.any(Number),
      entry: {
        event: "change-admitted",
        recordId: patient.recordId,
        hash: creation?.hash,
        ...clinician.colleague.signer,
        sequence: expect.any(Number),
      },
      chain: null,
    },
  ]);
});

test("[HT-7] the checkpoint's proof leads to its signed root", async () => {
  const auditor = await world.join(["auditor"]);
  // Signing what was read until now also signs everything before it.
  await auditor.get(path);
  await world.reads.flush();
  world.timers.advance(5_000);
  await expect
    .poll(async () => (await auditor.get(path)).body.checkpoint)
    .not.toBeNull();
  const { checkpoint } = (await auditor.get(path)).body;
  const { root } = decodeJwt(checkpoint.jws);
  expect(verifyLeafProof(checkpoint.proofs[0], String(root))).toBe(true);
});

test("[HT-7] only auditors and admins, only of their organization, and only scopes there are", async () => {
  const clinician = await world.join(["clinician", "manager"]);
  const admin = await world.join(["admin"]);
  const stranger = await world.stranger();
  expect(await clinician.get(path)).toMatchObject({
    status: 403,
    body: { code: "not-permitted" },
  });
  expect((await admin.get(path)).status).toBe(200);
  expect(await stranger.get(path)).toMatchObject({
    status: 404,
    body: { code: "organization-unknown" },
  });
  const unknown = encodeURIComponent(
    teamScope(world.world.admin.newRecordId()),
  );
  expect(await admin.get(`${path}&scopeId=${unknown}`)).toMatchObject({
    status: 404,
    body: { code: "scope-unknown" },
  });
});

test("[AU-6] who reads is in the chain of reads, many reads in one entry", async () => {
  const auditor = await world.join(["auditor"]);
  await auditor.get(path);
  await auditor.get(path);
  const notes = await world.readNotes();
  const own = notes.filter(
    (note) => note.kind === "http" && note.memberId === auditor.memberId,
  );
  expect(own).toHaveLength(2);
  const { body } = await auditor.get(`${path}&chain=reads`);
  expect(body.entries).toHaveLength(1);
});

test("[AU-9] signing in and becoming a member are entries", async () => {
  const auditor = await world.join(["auditor"]);
  const entries = await world.audit();
  expect(entries).toContainEqual({
    event: "member-linked",
    memberId: auditor.memberId,
  });
  expect(entries).toContainEqual({
    event: "sign-in",
    memberId: auditor.memberId,
  });
});

test("[AU-2] no entry holds a name, a value or a token", async () => {
  const clinician = await world.join(["clinician"]);
  const patient = await world.newPatient(clinician);
  const planted = clinician.colleague.addEntry(patient, "notes", {
    status: "active",
    text: "planted-clinical-text",
  });
  await clinician.colleague.push(planted);
  await clinician.get(`/v1/records/${patient.recordId}`);
  const text = JSON.stringify([await world.audit(), await world.readNotes()]);
  for (const secret of ["planted", "Person", "suture.example", "eyJ"])
    expect(text).not.toContain(secret);
});
