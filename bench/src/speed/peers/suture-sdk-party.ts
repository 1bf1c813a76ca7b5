/**
 * Suture's devices as people use them: SDK clients, each with its SQLite file. All of them share one process, where each would have
 * a computer of its own: what is measured is how much they do together, not how long one of them waits.
 */
import type { Client } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import { canonicalize, recordIdSchema } from "@suture/schema";
import Database from "better-sqlite3";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import type { OpenParty } from "../party.ts";
import { clinicOf, type StormRecord } from "../storm-work.ts";
import { deviceFolderIn } from "./hospital-files.ts";
import { readHospital } from "./suture-hospital.ts";
import { must } from "./suture-sdk-devices.ts";

/** Between two looks at the devices' files. */
const lookEveryMs = 20;
const scopeSchema = z.object({ cursor: z.object({ sequence: z.int() }) });

interface Device {
  readonly number: number;
  readonly client: Client;
  /** Where its clinic's log ends in its own file now. */
  readonly sequence: () => number;
  /** Where it ends once everybody's work is there. */
  readonly end: number;
}

export const openParty: OpenParty = async ({ work, directory, port }) => {
  const hospital = await readHospital(directory, work.devices);
  const round = await mkdtemp(join(directory, "devices-"));
  const url = `http://127.0.0.1:${port}`;
  const devices: Device[] = [];
  for (const { number, teamScopeId, cursors, clinic } of hospital) {
    const folder = deviceFolderIn(round, number);
    await cp(deviceFolderIn(directory, number), folder, { recursive: true });
    const client = await createNodeClient({ directory: folder, url });
    const edits = hospital
      .filter((one) => one.clinic === clinic)
      .flatMap((one) => one.edits).length;
    devices.push({
      number,
      client,
      sequence: sequenceIn(join(folder, "log.sqlite"), teamScopeId),
      end: (cursors[teamScopeId]?.sequence ?? 0) + edits,
    });
  }

  return {
    async comeBack() {
      const startMs = performance.now();
      for (const { client } of devices) client.startSync();
      let left: readonly Device[] = devices;
      while (left.length > 0) {
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
        left = left.filter(({ sequence, end }) => sequence() < end);
      }
      while (await isAnyUnsynced(devices))
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      const value = performance.now() - startMs;
      return { "everybody has everything": { value, unit: "ms" } };
    },
    async differences() {
      const found: string[] = [];
      for (const { number, client } of devices) {
        for (const record of work.records)
          if (
            record.clinic === clinicOf(number) &&
            !(await holdsAll(client, record))
          )
            found.push(`device ${number} has ${record.id} otherwise`);
      }
      return found;
    },
    async leave() {
      for (const { client } of devices) await client.close();
      await rm(round, { recursive: true });
    },
  };
};

/** By plain SQL, beside the client: what it has stored, not what it knows. */
function sequenceIn(file: string, scopeId: string): () => number {
  const database = new Database(file);
  const select = database
    .prepare<[string], string>("SELECT value FROM kv_scopes WHERE key LIKE ?")
    .pluck();
  return () => {
    const value = select.get(`%${scopeId}%`);
    return value === undefined
      ? 0
      : scopeSchema.parse(JSON.parse(value)).cursor.sequence;
  };
}

async function isAnyUnsynced(devices: readonly Device[]): Promise<boolean> {
  for (const { client } of devices)
    if ((await client.unsynced()).length > 0) return true;
  return false;
}

export async function holdsAll(
  client: Client,
  { id, after }: StormRecord,
): Promise<boolean> {
  const { fields } = must(
    await client.serviceJobs.get(recordIdSchema.parse(id)),
  );
  const notes = Object.entries(after)
    .filter(([key]) => key.startsWith("notes/"))
    .map(([, text]) => text);
  const shown = Object.values(fields.notes).map((note) => canonicalize(note));
  return (
    fields.requester === after["requester"] &&
    notes.every((text) => shown.includes(text))
  );
}
