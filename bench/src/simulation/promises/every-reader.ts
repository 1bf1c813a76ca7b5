/**
 * PM-4, PM-5 through every reader: once all has settled, a record's history and past, the lists, the open questions and the HTTP
 * interface say of each record that was touched what its changes say.
 */
import type { Client, SutureRecord } from "@suture/client";
import { unfinished, type WorldDevice } from "@suture/client/testing";
import { recordIdSchema, type RecordId } from "@suture/schema";
import { z } from "zod";

import {
  differsInFields,
  differsInGroups,
  type GroupAsShown,
  type ShownRecord,
} from "../model/compare-shown.ts";
import type { ExpectedRecord, RecordModel } from "../model/record-model.ts";
import type { BrokenPromise, Run } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import {
  openShown,
  orderOf,
  readShown,
  recordTypeNamed,
} from "./shown-record.ts";

export class EveryReader implements Check {
  readonly #evidence: Evidence;
  readonly #world: Run["world"];
  readonly #moved = new Set<string>();

  constructor(evidence: Evidence, world: Run["world"]) {
    this.#evidence = evidence;
    this.#world = world;
  }

  afterStep({ committed }: News): undefined {
    for (const { recordId } of committed ?? []) this.#moved.add(recordId);
  }

  /** Each device looks at what it has; whichever comes first asks the server about a record. */
  async afterHealing(): Promise<BrokenPromise | undefined> {
    const asked = new Set<string>();
    for (const device of this.#world.devices) {
      const { client } = device;
      if (client.person === null || client.syncStatus.problem !== null)
        continue;
      const held = this.#evidence.heldBy(device.name);
      const recordIds = held.recordIds.filter((id) => this.#moved.has(id));
      const broken = await this.#world.act(() =>
        this.#readOn(device, recordIds, asked),
      );
      if (broken !== undefined && broken !== unfinished) return broken;
    }
    return undefined;
  }

  async #readOn(
    device: WorldDevice,
    ids: readonly string[],
    asked: Set<string>,
  ): Promise<BrokenPromise | undefined> {
    const { client, name } = device;
    const inLists = await listedConflicts(client);
    for (const id of ids) {
      const recordId = recordIdSchema.parse(id);
      const model = this.#evidence.modelOf(recordId);
      const { recordType = "" } = model;
      const record = await openShown(client, recordId, recordType);
      if (record === undefined || "problem" in record) continue;
      const expected = model.expectedAt(record.heads);
      const words =
        pastDiffers(record, model) ??
        listDiffers(inLists, recordId, recordType, expected);
      if (words !== undefined) return broken(name, recordType, id, words);
      if (asked.has(id)) continue;
      const onServer = model.expectedOf(this.#evidence.server.hashesOf(id));
      const answer = await askServer(device, recordId);
      if (answer === undefined) continue;
      asked.add(id);
      const wrong = differs(answer, onServer, recordType);
      if (wrong !== undefined)
        return broken("the HTTP interface", recordType, id, wrong);
    }
    return undefined;
  }
}

/** Its history has what it shows, no more and no less; and it was what its changes up to some moment of it say. */
function pastDiffers(
  record: SutureRecord,
  model: RecordModel,
): string | undefined {
  const hashes = record.history().map(({ hash }) => hash);
  const shown = model.upTo(record.heads);
  if (hashes.length !== shown.size || hashes.some((hash) => !shown.has(hash)))
    return `its history has ${hashes.length} changes, and it shows ${shown.size}`;
  const moments = [hashes[hashes.length >> 1], hashes.at(-2)];
  for (const hash of moments.filter((each) => each !== undefined)) {
    const past = record.asOf({ heads: [hash] });
    if (past === null) return `it does not know how it was as of ${hash}`;
    const words = differs(
      readShown(past, record.type),
      model.expectedAt([hash]),
      record.type,
    );
    if (words !== undefined) return `as of ${hash}: ${words}`;
  }
  return undefined;
}

export function differs(
  shown: Pick<ShownRecord, "fields" | "groups">,
  expected: ExpectedRecord,
  recordType: string,
): string | undefined {
  return (
    differsInGroups(shown, expected) ??
    differsInFields(shown, expected, orderOf(recordType))
  );
}

function broken(
  by: string,
  recordType: string,
  recordId: string,
  words: string,
): BrokenPromise {
  return {
    promise: "PM-5",
    words: `${recordType} ${recordId} by ${by}: ${words}`,
  };
}

export interface ListedConflicts {
  /** Records that a list of those in conflict names. */
  readonly records: ReadonlySet<string>;
  /** `record group`, of open questions. */
  readonly questions: ReadonlySet<string>;
}

const listedTypes = ["patient", "appointment", "equipment", "serviceJob"];

async function listedConflicts(client: Client): Promise<ListedConflicts> {
  const records = new Set<string>();
  for (const type of listedTypes) {
    const listed = await client
      .records(recordTypeNamed(type))
      .list({ inConflict: true, withEnteredInError: true, limit: 1_000 });
    for (const { id } of listed) records.add(id);
  }
  const questions = new Set(
    (await client.reviews.list()).flatMap((review) => {
      const about = review.source === "server" ? review.task : review;
      const isConflict =
        review.source === "device" || review.task.kind === "conflict";
      return isConflict && "group" in about
        ? [`${about.recordId} ${about.group}`]
        : [];
    }),
  );
  return { records, questions };
}

export function listDiffers(
  { records, questions }: ListedConflicts,
  recordId: RecordId,
  recordType: string,
  { groups }: ExpectedRecord,
): string | undefined {
  if (!listedTypes.includes(recordType)) return undefined;
  const conflicts = [...groups].filter(([, { isConflict }]) => isConflict);
  if (records.has(recordId) !== conflicts.length > 0)
    return `it is ${records.has(recordId) ? "" : "not "}among those in conflict, of which it has ${conflicts.length}`;
  for (const [group, { isConflict }] of groups)
    if (questions.has(`${recordId} ${group}`) !== isConflict)
      return `${group} is ${isConflict ? "not " : ""}among the open questions`;
  return undefined;
}

const readingSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("settled"), content: z.unknown() }),
  z.object({
    status: z.literal("conflict"),
    candidates: z.array(z.object({ content: z.unknown() })),
  }),
]);
const recordSchema = z.object({
  fields: z.record(z.string(), z.unknown()),
  groups: z.record(z.string(), readingSchema),
});

/** Undefined where nobody with a session may ask. */
async function askServer(
  { client, link, url }: WorldDevice,
  recordId: RecordId,
): Promise<Pick<ShownRecord, "fields" | "groups"> | undefined> {
  const session = await client.session();
  if (!session.ok) return undefined;
  const response = await link.fetch(`${url}/v1/records/${recordId}`, {
    headers: { authorization: `Bearer ${session.value.sessionToken}` },
  });
  if (response.status !== 200) return undefined;
  const { fields, groups } = recordSchema.parse(await response.json());
  return {
    fields,
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, reading]): [string, GroupAsShown] => [
        name,
        reading.status === "settled"
          ? reading
          : {
              status: "conflict",
              contents: reading.candidates.map(({ content }) => content),
            },
      ]),
    ),
  };
}
