/**
 * For tests of permissions: everything there is to try on a record, composed as a person's device would, whether or not they may.
 */
import {
  canonicalize,
  composeText,
  encodeStatement,
  entryKey,
  genesisOf,
  groupOf,
  type ChangeHash,
  type Content,
  type RecordId,
  type RecordType,
} from "@suture/schema";

import type { Replica } from "../../admission/author.test-support.ts";
import type { PushedChange } from "../../admission/judgement.ts";
import type { Colleague, World } from "../../admission/world.test-support.ts";
import type { Attempt } from "./permission-oracle.test-support.ts";
import {
  changedPart,
  contentBefore,
  sampleOf,
} from "./permission-samples.test-support.ts";
import { hashOf } from "./stranded.test-support.ts";

type House = Pick<World, "organization" | "organizationId" | "teamId">;

/** A record with a conflict in every group. */
export interface Target {
  readonly house: House;
  readonly replica: Replica;
  readonly creation: ChangeHash;
  /** By group: signed apart, one for each of the first two parts, and one that says what was said. */
  readonly apart: ReadonlyMap<string, readonly ChangeHash[]>;
  readonly chunks: readonly Uint8Array[];
}

export interface Tried {
  readonly attempt: Attempt;
  readonly changes: readonly PushedChange[];
}

/** Adds to `pushed` what is to be pushed by somebody who may do everything. */
export function createTarget(
  by: Colleague,
  house: House,
  type: RecordType,
  pushed: PushedChange[],
): Target {
  const { organization, organizationId } = house;
  const isHouse = type.type === "organization";
  const groups = Object.keys(type.groups);
  let replica = organization;
  const chunks: Uint8Array[] = [];
  const keep = (change: PushedChange) => {
    pushed.push(change);
    chunks.push(change.bytes);
    return hashOf(change);
  };
  if (!isHouse) {
    const created = by.create(type, {
      parentId: parentFor(house, type),
      statements: Object.fromEntries(
        groups.map((group) => [group, contentBefore(group)]),
      ),
    });
    replica = created.replica;
    keep(created.pushed);
  }
  const creation = replica.index.creation();
  if (creation === null) throw new Error("no creation");
  for (const [name, { kind }] of Object.entries(type.fields)) {
    if (kind !== "text" && kind !== "counter") continue;
    const { bytes } = genesisOf(type, name);
    replica.receive(bytes);
    keep({ recordId: replica.recordId, bytes });
  }
  const apart = new Map<string, readonly ChangeHash[]>();
  for (const name of groups) {
    const before = contentBefore(name);
    const parts = Object.keys(groupOf(type, name)?.parts ?? {}).slice(0, 2);
    const contents: Content[] = [
      ...parts.map((part) => ({
        ...before,
        [part]: changedPart(name, part, organizationId),
      })),
      before,
    ];
    const hashes = contents.map((content) =>
      keep(
        by.sign(replica, name, content, {
          heads: [creation],
          actor: by.newActor(),
        }),
      ),
    );
    apart.set(name, hashes);
  }
  return { house, replica, creation, apart, chunks };
}

/** Everything there is to try on a record, each by itself at its creation. */
export function attemptsOn(by: Colleague, target: Target): readonly Tried[] {
  const { house, replica, creation } = target;
  const { type, recordId } = replica;
  const heads = [creation];
  const attempt = (
    verb: Attempt["verb"],
    name: string,
    ops: Parameters<Colleague["compose"]>[1],
    at: readonly ChangeHash[] = heads,
  ): Tried => ({
    attempt: { type: type.type, verb, target: name, recordId },
    changes: [by.compose(replica, ops, { heads: at, actor: by.newActor() })],
  });
  const isHouse = type.type === "organization";
  return [
    ...(isHouse ? [] : [creationOf(by, house, type)]),
    ...Object.keys(type.fields).map((name) => writing(by, target, name)),
    ...Object.keys(type.groups).flatMap((name) => [
      ...signing(by, target, name).map((set) =>
        attempt("sign", name, [{ key: name, set }]),
      ),
      ...resolving(by, target, name),
    ]),
    attempt("write what is not declared", "shoeSize", [
      { key: "shoeSize", set: 43 },
    ]),
    // A record without a parent has nowhere to go.
    ...(isHouse
      ? []
      : [
          // To where it is: whether it may be moved is the same question.
          attempt("move", "", [
            { key: "parentId", set: parentFor(house, type) },
          ]),
        ]),
  ];
}

function creationOf(by: Colleague, house: House, type: RecordType): Tried {
  const parentId = parentFor(house, type);
  const { pushed } = by.create(type, { parentId });
  return {
    attempt: {
      type: type.type,
      verb: "create",
      target: "",
      recordId: parentId,
    },
    changes: [pushed],
  };
}

function writing(
  by: Colleague,
  { house, replica, creation, chunks }: Target,
  name: string,
): Tried {
  const { type, recordId } = replica;
  const attempt: Attempt = {
    type: type.type,
    verb: "write",
    target: name,
    recordId,
  };
  const { kind } = type.fields[name] ?? {};
  const actor = by.newActor();
  if (kind === "text") {
    const text = "typed";
    const plan = { actor, changes: chunks, type, name, text, timeMs: 0 };
    const bytes = composeText(plan);
    if (bytes === null) throw new Error("nothing was typed");
    return { attempt, changes: [{ recordId, bytes }] };
  }
  if (kind === "counter") {
    const { hash, opId } = genesisOf(type, name);
    const op = { key: name, pred: [opId], set: { increment: 1 } };
    const at = { heads: [creation, hash].sort(), actor };
    return { attempt, changes: [by.compose(replica, [op], at)] };
  }
  const sample = sampleOf(type.type, name, house.organizationId);
  const key = kind === "set" ? entryKey(name, by.newEntryId()) : name;
  const set = typeof sample === "string" ? sample : canonicalize(sample);
  const at = { heads: [creation], actor };
  return { attempt, changes: [by.compose(replica, [{ key, set }], at)] };
}

/** The group as it was, and with each of its parts changed. */
function signing(
  by: Colleague,
  { house, replica }: Target,
  name: string,
): string[] {
  const before = contentBefore(name);
  const parts = Object.keys(groupOf(replica.type, name)?.parts ?? {});
  const contents = [
    before,
    ...parts.map((part) => ({
      ...before,
      [part]: changedPart(name, part, house.organizationId),
    })),
  ];
  return contents.map((content) =>
    encodeStatement({ content, attribution: by.attribution() }),
  );
}

/** Choosing between what says something new and what says the same as before; combining what touches different parts. */
function resolving(
  by: Colleague,
  { house, replica, apart }: Target,
  name: string,
): readonly Tried[] {
  const { type, recordId } = replica;
  const hashes = apart.get(name) ?? [];
  const [first, last] = [hashes[0], hashes.at(-1)];
  if (first === undefined || last === undefined) throw new Error("no conflict");
  const opIdOf = (hash: ChangeHash) => {
    const opId = replica.index.get(hash)?.statements[name]?.opId;
    if (opId === undefined) throw new Error("no statement");
    return opId;
  };
  const before = contentBefore(name);
  const parts = Object.keys(groupOf(type, name)?.parts ?? {}).slice(0, 2);
  const changed = (some: readonly string[]): Content => ({
    ...before,
    ...Object.fromEntries(
      some.map((part) => [part, changedPart(name, part, house.organizationId)]),
    ),
  });
  const settle = (
    verb: "choose" | "combine",
    heads: readonly ChangeHash[],
    content: Content,
  ): Tried => {
    const at = { heads: heads.toSorted(), actor: by.newActor() };
    const decision =
      verb === "choose"
        ? { kind: verb, candidate: opIdOf(first) }
        : { kind: verb };
    const ops = by.resolutionOps(replica, name, decision, content, at);
    return {
      attempt: { type: type.type, verb, target: name, recordId },
      changes: [by.compose(replica, ops, at)],
    };
  };
  const second = hashes[1];
  return [
    settle("choose", [first, last], changed(parts.slice(0, 1))),
    ...(parts.length === 2 && second !== undefined
      ? [settle("combine", [first, second], changed(parts))]
      : []),
  ];
}

function parentFor(
  { organizationId, teamId }: House,
  type: RecordType,
): RecordId {
  return type.parent === "team" ? teamId : organizationId;
}
