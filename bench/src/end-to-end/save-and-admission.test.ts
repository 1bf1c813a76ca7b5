/**
 * A client refuses at `save()` exactly what the server would refuse, and with its code. For generated edits by people of every
 * role: what an honest device says of them is compared with what admission says of the same edits from a device that believes
 * its person may do everything.
 */
import type { Client, EditSession, Repository, Saved } from "@suture/client";
import { clientMigrations, clientTables } from "@suture/client";
import {
  createSqliteStore,
  recordIdFromBytes,
  roleSchema,
  type RecordId,
  type RecordType,
  type RefusalCode,
  type Result,
} from "@suture/schema";
import { samplePeople, systemRandom } from "@suture/server";
import Database from "better-sqlite3";
import fc from "fast-check";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";

import {
  everythingIsSent,
  RealWorld,
  type PersonKey,
} from "./real-world.test-support.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let world: RealWorld;

// An admin may well say that the next one is no member any more.
beforeEach(async () => {
  world = await RealWorld.create();
});

afterEach(() => world.end());

type Outcome = Result<Saved, { readonly code: string }>;

interface Target {
  readonly writeCount: number;
  idsOn(client: Client): Promise<readonly RecordId[]>;
  save(
    client: Client,
    recordId: RecordId,
    chosen: readonly number[],
  ): Promise<Outcome>;
}

function target<R extends RecordType>(
  repositoryOf: (client: Client) => Repository<R>,
  ...writes: readonly ((edit: EditSession<R>) => void)[]
): Target {
  return {
    writeCount: writes.length,
    async idsOn(client) {
      const records = await repositoryOf(client).list({ limit: 1_000 });
      return records.map(({ id }) => id);
    },
    async save(client, recordId, chosen) {
      const found = await repositoryOf(client).get(recordId);
      if (!found.ok) return found;
      const edit = await found.value.edit();
      for (const index of chosen) writes[index]?.(edit);
      return edit.save();
    },
  };
}

const someday = "2026-03-02";
const note = { status: "active", text: "Seen." } as const;
const measured = {
  status: "final",
  code: { text: "weight" },
  value: { value: "61.5", unit: "kg" },
} as const;

const targets: readonly Target[] = [
  target(
    (client) => client.patients,
    ({ draft }) => (draft.maritalStatus = "S"),
    ({ draft }) => draft.telecom.set({ status: "active", value: "1" }),
    ({ draft }) => draft.notes.set(note),
    ({ draft }) => draft.measurements.set(measured),
    ({ draft }) => (draft.prescribing.pregnancy = { status: "possible" }),
    ({ draft }) => (draft.identity.birthDate = someday),
    ({ draft }) => (draft.recordStatus.status = "entered-in-error"),
  ),
  target(
    (client) => client.appointments,
    ({ draft }) => (draft.attendance = "noshow"),
    ({ draft }) => (draft.description = "Moved"),
    ({ draft }) => draft.notes.set(note),
    ({ draft }) => (draft.slot.status = "cancelled"),
    ({ draft }) => (draft.recordStatus.status = "entered-in-error"),
  ),
  target(
    (client) => client.equipment,
    ({ draft }) => (draft.deviceName = "Pump"),
    ({ draft }) => (draft.locationText = "Store"),
    ({ draft }) => draft.useCount.add(1),
    ({ draft }) => draft.readings.set(measured),
    ({ draft }) => (draft.fitness.operationalStatus = "out-of-service"),
    ({ draft }) => (draft.recordStatus.status = "entered-in-error"),
  ),
  target(
    (client) => client.serviceJobs,
    ({ draft }) => (draft.workStatus = "on-hold"),
    ({ draft }) => (draft.priority = "urgent"),
    ({ draft }) => draft.description.replace("It hums."),
    ({ draft }) => draft.notes.set(note),
    ({ draft }) => (draft.recordStatus.status = "entered-in-error"),
  ),
  target(
    (client) => client.members,
    ({ draft }) => (draft.displayName = "Somebody"),
    ({ draft }) => (draft.recordStatus.status = "entered-in-error"),
  ),
  target(
    (client) => client.teams,
    ({ draft }) => (draft.name = "A team"),
    ({ draft }) => (draft.kind = "clinic"),
    ({ draft }) => draft.notes.set(note),
  ),
  target(
    (client) => client.organizations,
    ({ draft }) => (draft.name = "A house"),
    ({ draft }) => draft.notes.set(note),
  ),
];

type Create = (
  client: Client,
  recordId: RecordId,
  parentId: RecordId,
) => Promise<Result<unknown, { readonly code: string }>>;

const creates: readonly Create[] = [
  (client, recordId, parentId) =>
    client.patients.create({ recordId, parentId }),
  (client, recordId, parentId) =>
    client.appointments.create({ recordId, parentId }),
  (client, recordId, parentId) =>
    client.equipment.create({ recordId, parentId }),
  (client, recordId, parentId) =>
    client.serviceJobs.create({
      recordId,
      parentId,
      fields: { description: "It hums." },
    }),
  (client, recordId, parentId) =>
    client.profiles.create({ recordId, parentId }),
  (client, recordId, parentId) => client.teams.create({ recordId, parentId }),
];

const tried = fc.oneof(
  fc.record({
    kind: fc.constant("edit" as const),
    target: fc.nat({ max: targets.length - 1 }),
    chosen: fc.uniqueArray(fc.nat({ max: 7 }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("create" as const),
    create: fc.nat({ max: creates.length - 1 }),
    parent: fc.nat({ max: 3 }),
  }),
);
type Tried = Parameters<typeof saveOn>[1];

/** Whose records are given; answers the code, and the record and changes it is about. */
async function saveOn(
  client: Client,
  attempt:
    | {
        readonly kind: "edit";
        readonly target: Target;
        readonly chosen: readonly number[];
        readonly recordId: RecordId;
      }
    | {
        readonly kind: "create";
        readonly create: Create;
        readonly recordId: RecordId;
        readonly parentId: RecordId;
      },
): Promise<string | null> {
  const { recordId } = attempt;
  const outcome =
    attempt.kind === "edit"
      ? await attempt.target.save(client, recordId, attempt.chosen)
      : await attempt.create(client, recordId, attempt.parentId);
  return outcome.ok ? null : outcome.error.code;
}

let opened = 0;

/** The same person on a device that was told they hold every role in every team. */
async function openBelieving(who: PersonKey): Promise<Client> {
  const device = `believing-${(opened += 1)}`;
  const joined = await world.join(device, who);
  const teams = await joined.teams.list();
  await world.close(joined);
  const file = join(world.directoryOf(device), "log.sqlite");
  const store = await createSqliteStore({
    writer: new Database(file),
    reader: new Database(file, { readonly: true }),
    tables: clientTables,
    migrations: clientMigrations,
    defer: setImmediate,
    onCommit: undefined,
  });
  const table = clientTables.find(({ name }) => name === "memberships");
  if (table === undefined) throw new Error("there is no such table");
  await store.write("local", async (tx) => {
    for (const { key, value } of await tx.scan(table))
      await tx.put(table, key, {
        ...z.looseObject({}).parse(value),
        roles: [...roleSchema.options],
        teamIds: teams.map(({ id }) => id),
      });
  });
  await store.close();
  return world.open(device);
}

test.each(samplePeople.slice(0, 6).map(({ key }) => key))(
  "[SW-12] what a save says to a sample %s is what admission says",
  async (who) => {
    // Not shrunk: each counterexample stands for itself among the answers.
    const attempts = fc.sample(tried, { seed: 20_260_302, numRuns: 40 });
    const honest = await world.join(`honest-${(opened += 1)}`, who);
    honest.stopSync();
    const believing = await openBelieving(who);
    const answers: Answer[] = [];
    for (const attempt of await placed(honest, attempts)) {
      const believed = await saveOn(believing, attempt);
      const said = await saveOn(honest, attempt);
      // What it refuses itself never reaches the server.
      if (believed === null) answers.push({ attempt, said });
      else expect(said).not.toBeNull();
    }
    believing.startSync();
    await everythingIsSent(believing);
    const admitted = await refusedOn(believing);
    expect(answers.map(({ attempt, said }) => [attempt, said])).toEqual(
      answers.map(({ attempt }) => [
        attempt,
        admitted.get(attempt.recordId) ?? null,
      ]),
    );
    expect(answers.length).toBeGreaterThan(10);
  },
);

interface Answer {
  readonly attempt: Tried;
  readonly said: string | null;
}

/** By record the code of the first change that was refused. */
async function refusedOn(
  client: Client,
): Promise<ReadonlyMap<RecordId, RefusalCode>> {
  const found = new Map<RecordId, RefusalCode>();
  for (const { recordId, code } of await client.stranded())
    if (!found.has(recordId)) found.set(recordId, code);
  return found;
}

/** Each edit gets a record of its own, so that none is judged by what another did. */
async function placed(
  client: Client,
  attempts: readonly (typeof tried extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<readonly Tried[]> {
  const [organization] = await client.organizations.list();
  const teams = await client.teams.list();
  const parents = [organization, ...teams].flatMap(
    (record) => record?.id ?? [],
  );
  const free = await Promise.all(
    targets.map(async (one) => [...(await one.idsOn(client))]),
  );
  return attempts.flatMap((attempt): readonly Tried[] => {
    if (attempt.kind === "create") {
      const create = creates[attempt.create];
      const parentId = parents[attempt.parent % parents.length];
      if (create === undefined || parentId === undefined) return [];
      const recordId = recordIdFromBytes(systemRandom.bytes(16));
      return [{ kind: "create", create, parentId, recordId }];
    }
    const chosenTarget = targets[attempt.target];
    const recordId = free[attempt.target]?.pop();
    if (chosenTarget === undefined || recordId === undefined) return [];
    const chosen = attempt.chosen.map((n) => n % chosenTarget.writeCount);
    return [{ kind: "edit", target: chosenTarget, chosen, recordId }];
  });
}
