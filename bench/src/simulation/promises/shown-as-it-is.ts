/**
 * PM-4, PM-5, PM-14 and what people see of PM-8: each device shows of a record exactly what the changes that it holds say, the
 * same as every other that holds the same, a conflict as a conflict; and the label is not ahead of the truth.
 *
 * Records are looked at where their changes moved; what there is no time for in one step comes later, in turn.
 */
import type { Client, SutureRecord } from "@suture/client";
import { unfinished } from "@suture/client/testing";
import { recordIdSchema, type RecordId } from "@suture/schema";

import { textOf } from "../model/canonical-text.ts";
import {
  differsInFields,
  differsInGroups,
  type ShownRecord,
} from "../model/compare-shown.ts";
import type { BrokenPromise, Run } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { changeName, type HeldChange } from "./held-changes.ts";
import { openShown, orderOf, readShown } from "./shown-record.ts";

const looksPerStep = 3;

export class ShownAsItIs implements Check {
  readonly #evidence: Evidence;
  readonly #world: Run["world"];
  /** `device record`, of those to be looked at. */
  readonly #queue = new Set<string>();
  /** Records of which anything changed. */
  readonly #moved = new Set<string>();
  #isSettled = false;
  readonly #shownAt = new Map<
    string,
    { readonly text: string; readonly by: string }
  >();

  constructor(evidence: Evidence, world: Run["world"]) {
    this.#evidence = evidence;
    this.#world = world;
  }

  async afterStep({ disks }: News): Promise<BrokenPromise | undefined> {
    for (const [device, { written, gone }] of disks)
      for (const { recordId } of [...written, ...gone]) {
        this.#queue.add(changeName(device, recordId));
        this.#moved.add(recordId);
      }
    const next = [...this.#queue].filter((name) =>
      disks.has(name.slice(0, name.indexOf(" "))),
    );
    for (const name of next.slice(0, looksPerStep)) {
      const [device = "", recordId = ""] = name.split(" ");
      this.#queue.delete(name);
      const broken = await this.#look(device, [recordId]);
      if (broken !== undefined) return broken;
    }
    return undefined;
  }

  /** Of all that was touched in this run, everywhere. */
  async afterHealing(): Promise<BrokenPromise | undefined> {
    this.#queue.clear();
    this.#isSettled = true;
    for (const [device, held] of this.#evidence.devices) {
      const moved = held.recordIds.filter((id) => this.#moved.has(id));
      const broken = await this.#look(device, moved);
      if (broken !== undefined) return broken;
    }
    return undefined;
  }

  async #look(
    device: string,
    ids: readonly string[],
  ): Promise<BrokenPromise | undefined> {
    const world = this.#world;
    if (!world.device(device).isOn) return undefined;
    const { client } = world.device(device);
    if (client.person === null) return undefined;
    const broken = await world.act(async () => {
      await client.settle();
      for (const id of ids) {
        const found = await this.#lookAt(device, client, id);
        if (found !== undefined) return found;
      }
      return undefined;
    });
    return broken === unfinished ? undefined : broken;
  }

  async #lookAt(
    device: string,
    client: Client,
    id: string,
  ): Promise<BrokenPromise | undefined> {
    const recordId = recordIdSchema.parse(id);
    const { recordType } = this.#evidence.modelOf(recordId);
    if (recordType === undefined) return undefined;
    const record = await openShown(client, recordId, recordType);
    if (record === undefined) return undefined;
    const where = `${recordType} ${recordId} on ${device}`;
    if ("problem" in record)
      return { promise: "PM-3", words: `${where}: ${record.problem}` };
    return this.#judge(device, recordType, record, where);
  }

  #judge(
    device: string,
    recordType: string,
    record: SutureRecord,
    where: string,
  ): BrokenPromise | undefined {
    const shown = readShown(record.snapshot(), recordType);
    const held = this.#evidence.heldBy(device).of(record.id);
    const model = this.#evidence.modelOf(record.id);
    const expected = model.expectedAt(shown.heads);
    const inGroups = differsInGroups(shown, expected);
    if (inGroups !== undefined)
      return { promise: "PM-5", words: `${where}: ${inGroups}` };
    const inFields = differsInFields(shown, expected, orderOf(recordType));
    if (inFields !== undefined)
      return { promise: "PM-4", words: `${where}: ${inFields}` };
    return (
      this.#sameAsElsewhere(shown, record.id, where) ??
      this.#allThatIsHeld(model.upTo(shown.heads), held, where) ??
      this.#labelIsTrue(device, record.status.state, held, where)
    );
  }

  #sameAsElsewhere(
    { heads, fields, groups }: ShownRecord,
    recordId: RecordId,
    where: string,
  ): BrokenPromise | undefined {
    const at = changeName(recordId, heads.toSorted().join(" "));
    const text = textOf({ fields, groups: groupTexts(groups) });
    const other = this.#shownAt.get(at);
    if (other === undefined) this.#shownAt.set(at, { text, by: where });
    return other === undefined || other.text === text
      ? undefined
      : {
          promise: "PM-4",
          words: `${where} holds the same changes as ${other.by} did, and shows ${text} instead of ${other.text}`,
        };
  }

  /** All that was not refused counts, and nothing else. */
  #allThatIsHeld(
    shown: ReadonlySet<string>,
    held: ReadonlyMap<string, HeldChange>,
    where: string,
  ): BrokenPromise | undefined {
    for (const { hash, progress, deps } of held.values()) {
      if (progress.state === "refused" && shown.has(hash))
        return {
          promise: "PM-8",
          words: `${where} shows change ${hash}, which was refused (${progress.code})`,
        };
      const isReady = deps.every((dep) => shown.has(dep));
      if (progress.state !== "refused" && isReady && !shown.has(hash))
        return {
          promise: "PM-1",
          words: `${where} holds change ${hash} (${progress.state}) and does not show it`,
        };
    }
    return undefined;
  }

  #labelIsTrue(
    device: string,
    state: string,
    held: ReadonlyMap<string, HeldChange>,
    where: string,
  ): BrokenPromise | undefined {
    const { server } = this.#evidence;
    const { client } = this.#world.device(device);
    const isUpToDate =
      this.#isSettled && client.syncStatus.state === "up-to-date";
    const ahead = aheadOfTruth(
      state,
      [...held.values()],
      // Restored or not: once a device has heard of it, only what the server holds now counts. While it is down, what it
      // committed last cannot be asked.
      (name) =>
        isUpToDate
          ? server.committed.has(name)
          : server.reader === undefined || server.everHeld(name),
    );
    if (ahead !== undefined)
      return {
        promise: "PM-14",
        words: `${where} is called ${state}, and change ${ahead.hash} is ${ahead.progress.state}`,
      };
    // What was signed since the server went down cannot be asked.
    if (state !== "confirmed" || server.reader === undefined) return undefined;
    const unsigned = unsignedOf([...held.values()], server.signedTo());
    return (
      unsigned && {
        promise: "PM-14",
        words: `${where} is called confirmed, and no checkpoint was signed that covers change ${unsigned.hash}`,
      }
    );
  }
}

/** A change in no place that a checkpoint covers. */
export function unsignedOf(
  held: readonly HeldChange[],
  signedTo: ReadonlyMap<string, number>,
): HeldChange | undefined {
  return held.find(
    ({ progress }) =>
      progress.state === "accepted" &&
      !progress.places.some(
        ({ scopeId, sequence }) => sequence <= (signedTo.get(scopeId) ?? 0),
      ),
  );
}

/** What a label passes over: work the server does not have, under a label that says it has. */
export function aheadOfTruth(
  state: string,
  held: readonly HeldChange[],
  wasCommitted: (name: string) => boolean,
): HeldChange | undefined {
  if (state !== "synced" && state !== "confirmed") return undefined;
  return held.find(
    ({ recordId, hash, progress }) =>
      progress.state === "pending" ||
      progress.state === "waiting" ||
      (progress.state === "accepted" &&
        !wasCommitted(changeName(recordId, hash))),
  );
}

function groupTexts(groups: ShownRecord["groups"]): unknown {
  return Object.fromEntries(
    Object.entries(groups).map(([name, reading]) => [
      name,
      reading.status === "settled"
        ? reading
        : { ...reading, contents: reading.contents.map(textOf).toSorted() },
    ]),
  );
}
