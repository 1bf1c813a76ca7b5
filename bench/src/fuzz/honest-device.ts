/**
 * Somebody who works while others attack: a Node client of its own process that edits and syncs all the time, and keeps account of
 * what it saved. The same program, as somebody else, says what of that it did not get.
 */
import type { Client, SutureRecord } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import type { patient } from "@suture/schema";

import { untilHolds } from "../until-holds.ts";
import {
  honestSetupSchema,
  type FromHonest,
  type SavedChange,
  type ToHonest,
} from "./honest-protocol.ts";

/** Between what was sent and the next edit. */
const thinkMs = 250;
/** For everything to be sent, or received, at the end. */
const patienceMs = 60_000;

const setup = honestSetupSchema.parse(JSON.parse(process.argv[2] ?? "{}"));
const client: Client = await createNodeClient({
  directory: setup.directory,
  url: setup.url,
});
const signedIn = await client.signIn({
  email: setup.email,
  password: setup.password,
  deviceName: "An honest device",
});
if (!signedIn.ok) throw new Error(signedIn.error.code);
await client.catchUp();

const saved: SavedChange[] = [];
const latenciesMs: number[] = [];
let isEditing = false;
let editing: Promise<void> = Promise.resolve();

process.on("message", (message: ToHonest) => {
  void answer(message).catch((cause: unknown) =>
    tell({
      kind: "failed",
      reason: cause instanceof Error ? cause.message : String(cause),
    }),
  );
});
process.once("disconnect", () => process.exit(0));
tell({ kind: "ready" });

async function answer(message: ToHonest): Promise<void> {
  switch (message.kind) {
    case "edit":
      isEditing = true;
      editing = work();
      return;
    case "finish": {
      isEditing = false;
      await editing;
      await until(async () => (await client.unsynced()).length === 0);
      const missing = await missingOf(saved);
      const syncedCount = saved.length - missing.length;
      return tell({ kind: "finished", saved, syncedCount, latenciesMs });
    }
    case "missing": {
      await until(async () => (await missingOf(message.changes)).length === 0);
      const changes = await missingOf(message.changes);
      return tell({ kind: "missing", changes });
    }
  }
}

async function work(): Promise<void> {
  const patients = [
    ...(await client.patients.list()),
    ...(await ownPatients()),
  ];
  for (let count = 0; isEditing; count += 1) {
    const record = patients[count % patients.length];
    if (record === undefined) throw new Error("there are no patients");
    const startedAtMs = performance.now();
    if (await edit(record, count)) {
      await until(async () => (await client.unsynced()).length === 0);
      latenciesMs.push(performance.now() - startedAtMs);
    }
    await new Promise((resolve) => setTimeout(resolve, thinkMs));
  }
}

/** Records that nobody hostile knows of, whatever becomes of the others. */
async function ownPatients(): Promise<readonly SutureRecord<typeof patient>[]> {
  const parentId = client.memberships[0]?.organizationId;
  if (parentId === undefined) throw new Error("the device has no organization");
  const made = [];
  for (let count = 0; count < 3; count += 1) {
    const created = await client.patients.create({ parentId });
    if (!created.ok) throw new Error(created.error.reason);
    made.push(created.value);
  }
  return made;
}

/** Whether it was saved. Mostly notes; a signed statement now and then, where nobody contests the group. */
async function edit(
  record: SutureRecord<typeof patient>,
  count: number,
): Promise<boolean> {
  const form = await record.edit();
  const isSigned =
    count % 8 === 7 && record.group("prescribing").status !== "conflict";
  if (isSigned)
    form.draft.prescribing.problems.add({
      clinicalStatus: "active",
      verificationStatus: "confirmed",
      code: { text: `Problem ${count}` },
    });
  else form.draft.notes.set({ status: "active", text: `Note ${count}` });
  const result = await form.save();
  // A colleague may have contested the group meanwhile: said at once, and nothing is saved.
  if (!result.ok) return false;
  for (const hash of result.value.hashes)
    saved.push({ recordId: record.id, hash });
  return true;
}

/** Those that are not accepted changes of their record here. */
async function missingOf(
  changes: readonly SavedChange[],
): Promise<readonly SavedChange[]> {
  const heldByRecord = new Map<string, ReadonlySet<string>>();
  for (const recordId of new Set(changes.map((one) => one.recordId))) {
    const found = await client.patients.get(recordId);
    const history = found.ok ? found.value.history() : [];
    heldByRecord.set(
      recordId,
      new Set(
        history.flatMap(({ hash, state }) =>
          state === "accepted" ? hash : [],
        ),
      ),
    );
  }
  return changes.filter(
    ({ recordId, hash }) => heldByRecord.get(recordId)?.has(hash) !== true,
  );
}

function until(holds: () => Promise<boolean>): Promise<boolean> {
  return untilHolds(client, holds, patienceMs);
}

function tell(message: FromHonest): void {
  process.send?.(message);
}
