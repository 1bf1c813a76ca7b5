/** Devices of PouchDB: a database in memory each, which had replicated before it was edited offline, and now does so live. */
import { EventEmitter } from "node:events";

import PouchDB, { type PouchEvents } from "pouchdb";
import memoryAdapter from "pouchdb-adapter-memory";

import { AwaitedArrivals } from "../awaited-arrivals.ts";
import type { OpenParty } from "../party.ts";
import { clinicOf } from "../storm-work.ts";
import { databaseOf, holdsAll } from "./pouchdb-documents.ts";

PouchDB.plugin(memoryAdapter);
// Each database listens to all of its kind; above ten, Node would warn of a leak.
EventEmitter.defaultMaxListeners = 0;

interface Device {
  readonly local: PouchDB;
  readonly url: string;
}

export const openParty: OpenParty = async ({ work, port }) => {
  const recordsById = new Map(
    work.records.map((record) => [record.id, record]),
  );
  const devices = new Map<number, Device>();
  for (const number of work.devices) {
    const local = new PouchDB(`device-${number}`, { adapter: "memory" });
    const url = `http://127.0.0.1:${port}/${databaseOf(clinicOf(number))}`;
    await local.sync(url);
    devices.set(number, { local, url });
  }
  for (const record of work.records)
    for (const { key, text } of record.edits) {
      const { local } = devices.get(record.device) ?? {};
      const held = await local?.get(record.id);
      if (held !== undefined) await local?.put({ ...held, [key]: text });
    }
  const reached = new AwaitedArrivals(
    work.devices.map((number) =>
      work.records
        .filter(
          ({ device, clinic }) =>
            device !== number && clinic === clinicOf(number),
        )
        .map(({ id }) => id),
    ),
  );
  const running: PouchEvents[] = [];
  for (const [at, { local }] of [...devices.values()].entries())
    running.push(
      local
        .changes({ live: true, since: "now", include_docs: true })
        .on("change", ({ doc }) => {
          const record = recordsById.get(doc._id);
          if (record !== undefined && holdsAll(doc, record))
            reached.arrived(at, record.id);
        }),
    );

  return {
    async comeBack() {
      const startMs = performance.now();
      const failed = new Promise<never>((_resolve, reject) => {
        for (const { local, url } of devices.values())
          running.push(local.sync(url, { live: true }).on("error", reject));
      });
      await Promise.race([reached.all(), failed]);
      const both = { value: performance.now() - startMs, unit: "ms" } as const;
      return { "everybody has everything": both, "and it is stored": both };
    },
    async differences() {
      const found: string[] = [];
      for (const [number, { local }] of devices) {
        const { rows } = await local.allDocs({ include_docs: true });
        const docs = new Map(rows.map(({ doc }) => [doc._id, doc]));
        for (const record of work.records) {
          const doc = docs.get(record.id);
          if (record.clinic !== clinicOf(number)) continue;
          if (doc === undefined || !holdsAll(doc, record))
            found.push(`device ${number} has ${record.id} otherwise`);
        }
      }
      return found;
    },
    async leave() {
      for (const events of running) events.cancel();
    },
  };
};
