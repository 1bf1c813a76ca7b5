/**
 * Real devices of a founded hospital: SDK clients on SQLite that have caught up once and were edited offline, closed again and ready
 * to be copied for every round.
 */
import type { Client, SutureRecord } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import {
  entryIdSchema,
  recordIdSchema,
  type RecordId,
  type Result,
  type serviceJob,
} from "@suture/schema";
import { z } from "zod";

import type { StormEdit, StormWork } from "../storm-work.ts";
import { deviceFolderIn } from "./hospital-files.ts";
import { startSutureServer } from "./suture-server.ts";

const noteSchema = z.object({ status: z.literal("active"), text: z.string() });

export async function foundSdkDevices(
  work: StormWork,
  hospital: string,
): Promise<void> {
  const server = await startSutureServer(hospital);
  try {
    for (const number of work.devices) {
      const client = await createNodeClient({
        directory: deviceFolderIn(hospital, number),
        url: server.url,
      });
      await client.catchUp();
      client.stopSync();
      for (const { id, edits } of work.records.filter(
        ({ device }) => device === number,
      ))
        await editAll(client, recordIdSchema.parse(id), edits);
      await client.close();
    }
  } finally {
    await server.kill();
  }
}

async function editAll(
  client: Client,
  recordId: RecordId,
  edits: readonly StormEdit[],
): Promise<void> {
  const job = must(await client.serviceJobs.get(recordId));
  for (const edit of edits) {
    const form = await editForm(job, edit);
    must(await form.save());
  }
}

/** A form with the edit in it, to be saved. */
export async function editForm(
  job: SutureRecord<typeof serviceJob>,
  { key, text }: StormEdit,
) {
  const form = await job.edit();
  const [field, entryId] = key.split("/");
  if (field === "notes")
    form.draft.notes.set(
      noteSchema.parse(JSON.parse(text)),
      entryIdSchema.parse(entryId),
    );
  else form.draft.requester = text;
  return form;
}

export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
