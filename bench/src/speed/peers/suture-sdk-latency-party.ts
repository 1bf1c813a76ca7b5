/**
 * People of one clinic at work on SDK clients, each with its SQLite file and every job of the clinic on its screen: one saves, and
 * the others' screens are told and read what they show. All of them share one process, so that fewer edits a second are made than
 * a process has time for.
 */
import type { Client, SutureRecord } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import { canonicalize, recordIdSchema, type serviceJob } from "@suture/schema";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import type { OpenParty } from "../party.ts";
import { editsInTurns, SteadyEdits } from "../steady-edits.ts";
import { devicesPerClinic } from "../storm-work.ts";
import { deviceFolderIn, tokenFileIn } from "./hospital-files.ts";
import { recordsOnScreens } from "./records-on-screens.ts";
import { editForm, must } from "./suture-sdk-devices.ts";
import { holdsAll } from "./suture-sdk-party.ts";

const editsPerSecond = 20;

type Job = SutureRecord<typeof serviceJob>;

interface Device {
  readonly client: Client;
  /** By record. */
  readonly jobs: ReadonlyMap<string, Job>;
}

export const openParty: OpenParty = async ({ work, directory, port }) => {
  const round = await mkdtemp(join(directory, "devices-"));
  const records = recordsOnScreens(work);
  const turns = editsInTurns({ ...work, records });
  const edits = new SteadyEdits(
    turns.length,
    devicesPerClinic - 1,
    editsPerSecond,
  );
  const devices: Device[] = [];
  const problems: string[] = [];

  async function open(number: number): Promise<Device> {
    const folder = deviceFolderIn(round, number);
    await mkdir(folder, { recursive: true });
    await cp(tokenFileIn(directory, number), tokenFileIn(round, number));
    const url = `http://127.0.0.1:${port}`;
    const client = await createNodeClient({ directory: folder, url });
    await client.catchUp();
    const jobs = new Map<string, Job>();
    for (const { id, device } of records) {
      const job = must(await client.serviceJobs.get(recordIdSchema.parse(id)));
      jobs.set(id, job);
      if (device !== number) watch(job);
    }
    return { client, jobs };
  }

  function watch(job: Job): void {
    const shown = new Set<string>();
    job.watch(() => {
      for (const note of Object.values(job.fields.notes)) {
        const text = canonicalize(note);
        if (shown.has(text)) continue;
        shown.add(text);
        edits.arrived(text);
      }
    });
  }

  for (let number = 0; number < devicesPerClinic; number += 1)
    devices.push(await open(number));

  async function save(
    number: number,
    noteName: (name: string) => void,
  ): Promise<void> {
    const next = turns[number];
    if (next === undefined) throw new Error("there are no more edits");
    const job = devices[next.device]?.jobs.get(next.item.id);
    if (job === undefined) throw new Error("a record is not on the screen");
    const form = await editForm(job, next.item);
    noteName(next.item.text);
    must(await form.save());
  }

  return {
    async comeBack() {
      for (const { client } of devices) client.startSync();
      return edits.run((number, noteName) => {
        save(number, noteName).catch((cause: unknown) => {
          problems.push(String(cause));
        });
      });
    },
    async differences() {
      for (const [number, { client }] of devices.entries()) {
        for (const record of records)
          if (!(await holdsAll(client, record)))
            problems.push(`device ${number} has ${record.id} otherwise`);
        await client.close();
      }
      await rm(round, { recursive: true });
      return problems;
    },
  };
};
