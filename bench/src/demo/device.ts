/**
 * A device of the demo: a Node client of its own, told over IPC what its user does. It knows nothing of the other devices, of
 * the server's files or of the story. Ends when it is told to, or when who started it is gone.
 */
import type {
  Client,
  EditSession,
  Saved,
  SaveProblem,
  Settlement,
  SignedIn,
  SutureRecord,
} from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import {
  sutureRecords,
  type RecordId,
  type RecordType,
  type Result,
} from "@suture/schema";
import { z } from "zod";

import {
  auditedEventSchema,
  type AuditedEvent,
  deviceSetupSchema,
  type CreateAnswer,
  type DeviceVerbs,
  type FromDevice,
  type RecordReport,
  type SaveAnswer,
  type ToDevice,
} from "./device-protocol.ts";
import { replaySteps } from "./draft-steps.ts";

const setup = deviceSetupSchema.parse(JSON.parse(process.argv[2] ?? "{}"));

const auditPageSchema = z.object({
  entries: z.array(z.object({ entry: auditedEventSchema })),
  next: z.string().nullable(),
});

let clockOffsetMs = 0;
let session: SignedIn | null = null;
let isChangeNoted = false;
const forms: EditSession[] = [];

const client: Client = await createNodeClient({
  directory: setup.directory,
  url: setup.url,
  clock: { now: () => Date.now() + clockOffsetMs },
});
client.watch(noteChange);
client.watchSync(noteChange);

const verbs: DeviceVerbs = {
  async signIn(request) {
    const signedIn = await client.signIn({
      ...request,
      deviceName: setup.name,
    });
    if (!signedIn.ok) return signedIn.error.message;
    session = signedIn.value;
    client.startSync();
    return null;
  },
  async foundOrganization(input) {
    const founded = await client.foundOrganization(input);
    return founded.ok ? founded.value : null;
  },
  async invite(request) {
    const answer = await ask("POST", "/v1/invitations", request);
    return z.object({ code: z.string() }).parse(answer).code;
  },
  async acceptInvitation(request) {
    await ask("POST", "/v1/invitations/accept", request);
  },
  async audit({ organizationId }) {
    const events: AuditedEvent[] = [];
    for (let after: string | null = "0"; after !== null;) {
      const path = `/v1/audit?organizationId=${organizationId}&limit=1000&after=${after}`;
      const { entries, next } = auditPageSchema.parse(await ask("GET", path));
      events.push(...entries.map(({ entry }) => entry));
      after = next;
    }
    return events;
  },
  async connect() {
    client.startSync();
  },
  async setClock({ offsetMs }) {
    clockOffsetMs = offsetMs;
  },
  async syncStatus() {
    return client.syncStatus;
  },
  async create({ type, input }) {
    const made = await client.records(typeNamed(type)).create(input);
    return made.ok
      ? ({ ok: true, recordId: made.value.id } satisfies CreateAnswer)
      : refused(made.error);
  },
  async openForm({ recordId, candidate }) {
    const record = await recordHeld(recordId);
    if (candidate === undefined) return forms.push(await record.edit()) - 1;
    const form = await record.editCandidate(candidate.group, candidate.opId);
    if (!form.ok) throw new Error(form.error.reason);
    return forms.push(form.value) - 1;
  },
  async fillIn({ form, steps }) {
    replaySteps(steps, formNumbered(form).draft);
  },
  async isBehind({ form }) {
    return formNumbered(form).isBehind;
  },
  async save({ form, reason }) {
    return answerOf(
      await formNumbered(form).save(reason === undefined ? {} : { reason }),
    );
  },
  async resolve({ recordId, group, settlement, reason }) {
    const record = await recordHeld(recordId);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- who asks knows the group, and so what a value of it looks like
    const settled = { ...settlement, reason } as Settlement<RecordType, string>;
    return answerOf(await record.resolve(group, settled));
  },
  async read({ recordId }) {
    const record = await findRecord(recordId);
    return record === null ? null : reportOf(record);
  },
  async status({ recordId }) {
    return (await findRecord(recordId))?.status ?? null;
  },
  async history({ recordId }) {
    return (await findRecord(recordId))?.history() ?? [];
  },
  async list({ type }) {
    const records = await client
      .records(typeNamed(type))
      .list({ limit: 1_000 });
    return records.map(({ id }) => id);
  },
  async reviews() {
    return client.reviews.list();
  },
  async unsyncedCount() {
    return (await client.unsynced()).length;
  },
  async close() {
    await client.close();
    // After the answer has left.
    setImmediate(() => process.disconnect?.());
  },
};

process.on("message", (message: ToDevice) => {
  void answer(message);
});
process.once("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole group of processes; who started this one decides when it ends.
process.on("SIGINT", () => undefined);
client.startSync();
tell({ kind: "ready" });

async function answer({ id, verb, request }: ToDevice): Promise<void> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a verb with its own request: the compiler cannot follow the union through the lookup
    const act = verbs[verb] as (given: unknown) => Promise<unknown>;
    tell({ kind: "answer", id, value: await act(request) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    tell({ kind: "failed", id, reason });
  }
}

/** What changes in one go is told once. */
function noteChange(): void {
  if (isChangeNoted) return;
  isChangeNoted = true;
  setImmediate(() => {
    isChangeNoted = false;
    tell({ kind: "changed" });
  });
}

function tell(message: FromDevice): void {
  if (process.connected) process.send?.(message);
}

function typeNamed(name: string): RecordType {
  const type = sutureRecords.find((one) => one.type === name);
  if (type === undefined) throw new Error(`there is no record type ${name}`);
  return type;
}

async function findRecord(recordId: RecordId): Promise<SutureRecord | null> {
  for (const type of sutureRecords) {
    const found = await client.records<RecordType>(type).get(recordId);
    if (found.ok) return found.value;
    if (found.error.code !== "record-unknown")
      throw new Error(`the record cannot be read: ${found.error.code}`);
  }
  return null;
}

async function recordHeld(recordId: RecordId): Promise<SutureRecord> {
  const record = await findRecord(recordId);
  if (record === null) throw new Error("the record is not on this device");
  return record;
}

function formNumbered(form: number): EditSession {
  const found = forms[form];
  if (found === undefined) throw new Error("there is no such form");
  return found;
}

function reportOf(record: SutureRecord): RecordReport {
  const type = typeNamed(record.type);
  return {
    parentId: record.parentId,
    fields: record.fields,
    groups: Object.fromEntries(
      Object.keys(type.groups).map((name) => [name, record.group(name)]),
    ),
    heads: record.heads,
  };
}

function answerOf(saved: Result<Saved, SaveProblem>): SaveAnswer {
  return saved.ok
    ? { ok: true, label: saved.value.status.label, hashes: saved.value.hashes }
    : refused(saved.error);
}

function refused({ code, reason }: SaveProblem) {
  return { ok: false, code, reason } as const;
}

async function ask(
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<unknown> {
  if (session === null) throw new Error("nobody is signed in");
  const response = await fetch(`${setup.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${session.sessionToken}`,
      "content-type": "application/json",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}
