/** What a device does by itself, on its own disk, with nobody to ask. */
import type { Client, SutureRecord } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import type { patient, RecordId } from "@suture/schema";
import Database from "better-sqlite3";
import { join } from "node:path";

import { quantile } from "./figure.ts";
import { fillLog, type FilledLog, type PatientName } from "./filled-log.ts";
import { must } from "./peers/suture-sdk-devices.ts";

type Patient = SutureRecord<typeof patient>;

const families =
  "Banda Dlamini Dube Hove Khumalo Mensah Moyo Mutasa Ncube Ndlovu Okafor Phiri Sibanda Tembo Zulu";
const givenNames =
  "Ana Chipo Farai Grace Kudzai Luis Nomsa Rudo Tariro Tendai Thabo Zanele";

/** Fifteen families with some hundreds of branches, as a country's names are: a search for one finds some, not all. */
export function patientNames(count: number): readonly PatientName[] {
  const family = families.split(" ");
  const given = givenNames.split(" ");
  return Array.from({ length: count }, (_, at) => ({
    family: `${family[at % family.length]} ${(at % 331).toString(36)}`,
    given: `${given[at % given.length]} ${given[(at * 7) % given.length]}`,
  }));
}

export interface LocalGround {
  readonly directory: string;
  readonly log: FilledLog;
  readonly names: readonly PatientName[];
  /** Of the patient with a long history. */
  readonly recordId: RecordId;
  readonly changes: number;
  readonly intake: Intake;
}

export function openDevice({
  directory,
  log,
}: Pick<LocalGround, "directory" | "log">): Promise<Client> {
  return createNodeClient({
    directory: join(directory, "device"),
    url: "http://hospital.example",
    connect: log.connect,
    ...log.identity,
  });
}

/** A device that holds all patients, one of them with a long history of its own making. */
export async function prepareDevice(
  directory: string,
  patients: number,
  changes: number,
  tell: (line: string) => void,
): Promise<LocalGround> {
  const names = patientNames(patients);
  const log = await fillLog(names);
  tell(`${patients} patients are in a log`);
  const client = await openDevice({ directory, log });
  const intake = await takeIn(client, log);
  client.stopSync();
  tell("they are on the device");
  await client.patients.list();
  tell("they are in its list");
  const [recordId] = log.patientIds;
  if (recordId === undefined) throw new Error("there are no patients");
  const record = must(await client.patients.get(recordId));
  for (let count = 1; count < changes; count += 1) await saveOne(record, count);
  await client.settle();
  await client.close();
  tell(`one has a history of ${changes} changes`);
  return { directory, log, names, recordId, changes, intake };
}

export interface Intake {
  readonly tookMs: number;
  /** Of all records, how many had been sent to the device when it first showed some. */
  readonly sharedWhenUsable: number;
  /** Of the whole process, which also holds the log: from a tenth of the records to the last of them. */
  readonly grownBytes: number;
}

/** An empty device gets everything, and somebody wants to see a list of it as soon as there is one. */
async function takeIn(client: Client, log: FilledLog): Promise<Intake> {
  const all = log.patientIds.length + 1;
  let sent = 0;
  let bytesAtATenth = 0;
  log.onPage = (recordCount) => {
    sent = recordCount;
    if (bytesAtATenth === 0 && sent * 10 >= all)
      bytesAtATenth = process.memoryUsage.rss();
  };
  let sharedWhenUsable: number | undefined;
  const look = async () => {
    const found = await client.patients.list();
    if (found.length > 0) sharedWhenUsable ??= sent / all;
  };
  const looks: Promise<void>[] = [];
  const stop = client.watch(() => {
    if (sharedWhenUsable === undefined) looks.push(look());
  });
  const { tookMs } = await timed(() => client.catchUp());
  stop();
  await Promise.all(looks);
  if (sharedWhenUsable === undefined)
    throw new Error("nothing was ever listed");
  const grownBytes = process.memoryUsage.rss() - bytesAtATenth;
  return { tookMs, sharedWhenUsable, grownBytes };
}

/** Half are measurements, a tenth a list of ten medications signed anew, the rest how to reach the patient. */
async function saveOne(record: Patient, count: number): Promise<number> {
  const form = await record.edit();
  const { measurements, prescribing, telecom } = form.draft;
  if (count % 10 === 0) {
    const [first, ...others] = Object.entries(prescribing.medications.entries);
    if (first !== undefined && others.length === 9)
      prescribing.medications.end(first[0], { ...first[1], status: "stopped" });
    prescribing.medications.add({
      status: "active",
      code: { text: `Medicine ${count}` },
      source: { kind: "request" },
    });
  } else if (count % 2 === 0)
    measurements.set({
      status: "final",
      code: { text: "Body weight" },
      value: { value: `${50 + (count % 40)}.5`, unit: "kg" },
    });
  else {
    const [known] = Object.keys(telecom.entries);
    const phone = { status: "active", system: "phone" } as const;
    telecom.set({ ...phone, value: `+263 77 ${count}` }, known);
  }
  const from = performance.now();
  must(await form.save());
  return performance.now() - from;
}

/** One opening of the app: what a person waits for, each time checked before it counts. */
export async function measureDevice(ground: LocalGround) {
  const client = await openDevice(ground);
  try {
    const opening = await timed(async () => {
      const record = must(await client.patients.get(ground.recordId));
      return {
        record,
        measurements: record.fields.measurements,
        prescribing: record.group("prescribing"),
        status: record.status,
      };
    });
    const { record, prescribing } = opening.result;
    expectSame(
      "changes of the record",
      record.history().length >= ground.changes,
      true,
    );
    expectSame("prescribing", prescribing.status, "settled");

    const page = await timed(() => client.patients.list());
    const labels = page.result.map(labelOf);
    expectSame(
      "the first page",
      labels,
      ground.names.map(labelOfName).sort(byText).slice(0, labels.length),
    );

    const searches: number[] = [];
    for (const words of searched) {
      const search = await timed(() =>
        client.patients.list({ matching: words, limit: 50 }),
      );
      searches.push(search.tookMs);
      expectSame(
        `a search for ${words}`,
        search.result.map(labelOf),
        found(ground.names, words).slice(0, 50),
      );
    }

    // Another one, so that the long history is as long in each round.
    const [, otherId] = ground.log.patientIds;
    if (otherId === undefined) throw new Error("there is one patient only");
    const other = must(await client.patients.get(otherId));
    const saves: number[] = [];
    for (let count = 0; count < savesAtATime; count += 1)
      saves.push(await saveOne(other, 2 * count + 1));
    const sorted = saves.toSorted((a, b) => a - b);
    const bare = bareCommits(ground.directory);
    return {
      "save to durable, p50": ms(quantile(sorted, 0.5)),
      "save to durable, p99": ms(quantile(sorted, 0.99)),
      "bare commit, p99": ms(quantile(bare, 0.99)),
      "open a long record": ms(opening.tookMs),
      "first page": ms(page.tookMs),
      "search by name, slowest": ms(Math.max(...searches)),
    };
  } finally {
    await client.close();
  }
}

const savesAtATime = 200;
/** A family, a branch of one, a given name behind another word, a number, and nobody. */
const searched = ["moyo 5", "Khumalo", "tariro z", "H000123", "nobody"];

/** The same bytes a save has, in one row and one commit: what the disk and SQLite take by themselves, ascending. */
function bareCommits(directory: string): readonly number[] {
  const db = new Database(join(directory, "bare.sqlite"));
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    db.exec("CREATE TABLE IF NOT EXISTS rows (value BLOB NOT NULL)");
    const insert = db.prepare("INSERT INTO rows VALUES (?)");
    const row = new Uint8Array(2_000);
    return Array.from({ length: savesAtATime }, () => {
      const from = performance.now();
      insert.run(row);
      return performance.now() - from;
    }).sort((a, b) => a - b);
  } finally {
    db.close();
  }
}

function found(
  names: readonly PatientName[],
  words: string,
): readonly string[] {
  const sought = words.toLowerCase();
  return names
    .flatMap((name, at) => {
      const terms = [
        name.family,
        name.given,
        `${name.given} ${name.family}`,
        `H${String(at).padStart(6, "0")}`,
      ].map((term) => ` ${term.toLowerCase()}`);
      return terms.some((term) => term.includes(` ${sought}`))
        ? [labelOfName(name)]
        : [];
    })
    .sort(byText);
}

function labelOf(record: Patient): string {
  const reading = record.group("identity");
  if (reading.status !== "settled") throw new Error("a name is contested");
  const [name] = reading.content.name;
  return `${name?.family}, ${name?.given?.join(" ")}`;
}

function labelOfName({ family, given }: PatientName): string {
  return `${family}, ${given}`;
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

async function timed<T>(work: () => Promise<T>) {
  const from = performance.now();
  const result = await work();
  return { result, tookMs: performance.now() - from };
}

function ms(value: number) {
  return { value, unit: "ms" as const };
}

function expectSame(what: string, is: unknown, shouldBe: unknown): void {
  if (JSON.stringify(is) !== JSON.stringify(shouldBe))
    throw new Error(`${what} is not what it should be`);
}
