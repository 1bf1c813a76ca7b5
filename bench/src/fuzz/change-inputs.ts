/**
 * Changes as somebody hostile pushes them: what an honest device would write, the same damaged, lied in or inflated, and chunks no
 * library writes. Every one is made from its own draws and from what its author knows.
 */
import {
  canonicalize,
  entryKey,
  generalInitial,
  groupOf,
  hexToBytes,
  initialContent,
  organization,
  patient,
  randomUuid,
  recordIdFromBytes,
  type ChangePlan,
  type Content,
  type JsonValue,
  type OpId,
  type RecordId,
  type RootOp,
} from "@suture/schema";

import type { Chance } from "./chance.ts";
import { bombs } from "./bomb-chunks.ts";
import { deflateChunk, withBody } from "./chunk-writer.ts";
import {
  type HostileAuthor,
  HostileReplica,
  newActor,
  tryCompose,
} from "./hostile-replica.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { randomJson, randomScalar, randomText } from "./random-values.ts";

export interface PushedChange {
  readonly recordId: RecordId;
  readonly bytes: Uint8Array;
}

/** What changes are made from. */
export interface Materials {
  readonly chance: Chance;
  readonly author: HostileAuthor;
  readonly organizationId: RecordId;
  /** Records the author has received; at least one. */
  readonly replicas: readonly HostileReplica[];
}

type Maker = (materials: Materials) => PushedChange | null;

const makers: readonly (readonly [
  weight: number,
  name: string,
  make: Maker,
])[] = [
  [12, "honest edit", honest],
  [4, "new record", newRecord],
  [3, "record of an unknown parent", orphanRecord],
  [14, "lie in the plan", liar],
  [8, "statement of random content", randomStatement],
  [6, "value of any kind under any key", randomOps],
  [16, "damaged body with a right checksum", damagedBody],
  [6, "damaged chunk", damagedChunk],
  [6, "damaged deflated chunk", damagedDeflated],
  [4, "known change under another record", elsewhere],
  [12, "bomb", bomb],
];
const totalWeight = makers.reduce((sum, [weight]) => sum + weight, 0);

export interface ChangeInput {
  readonly name: string;
  readonly changes: readonly PushedChange[];
}

/** Mostly one change; now and then a batch of one kind, up to what a push may hold. */
export function makeChangeInput(materials: Materials): ChangeInput {
  const { chance } = materials;
  for (;;) {
    let left = chance.below(totalWeight);
    const [, name, make] =
      makers.find(([weight]) => (left -= weight) < 0) ??
      makers[0] ??
      neverMade();
    const count = chance.isLikely(0.03) ? 2 + chance.length(499) : 1;
    const changes = Array.from({ length: count }, () => make(materials)).filter(
      (change) => change !== null,
    );
    if (changes.length > 0)
      return { name: count > 1 ? `${name}, many` : name, changes };
  }
}

function neverMade(): never {
  throw new Error("there are no makers");
}

function honest(materials: Materials): PushedChange | null {
  const { chance, replicas } = materials;
  const replica = chance.pick(replicas);
  return composed(replica, honestPlan(materials, replica));
}

function honestPlan(
  { chance, author }: Materials,
  replica: HostileReplica,
): ChangePlan {
  const { fields, groups } = replica.type;
  const fieldNames = Object.keys(fields);
  const groupNames = Object.keys(groups);
  if (fieldNames.length === 0 || chance.isLikely(0.3)) {
    const group = chance.pick(groupNames);
    const op = replica.statement(
      group,
      editedContent(replica, group, chance),
      author,
      chance,
    );
    return replica.plan([op], chance);
  }
  const name = chance.pick(fieldNames);
  const key =
    fields[name]?.kind === "set" ? entryKey(name, randomUuid(chance)) : name;
  const set =
    fields[name]?.kind === "set"
      ? canonicalize({ status: "active", text: randomText(chance) })
      : fields[name]?.kind === "counter"
        ? { increment: chance.below(5) - 2 }
        : randomText(chance);
  return replica.plan([replica.field(key, set)], chance);
}

function editedContent(
  replica: HostileReplica,
  group: string,
  chance: Chance,
): Content {
  const definition = groupOf(replica.type, group);
  const content =
    replica.contentOf(group) ??
    (definition === undefined ? {} : generalInitial(definition));
  const part = chance.pick(Object.keys(content).concat("birthDate"));
  const value: JsonValue =
    part === "birthDate"
      ? `19${10 + chance.below(90)}-0${1 + chance.below(9)}`
      : randomJson(chance, 2);
  return { ...content, [part]: value };
}

function newRecord(
  { chance, author, organizationId }: Materials,
  parentId: RecordId = organizationId,
): PushedChange | null {
  const type = chance.isLikely(0.9) ? patient : organization;
  const recordId = recordIdFromBytes(chance.bytes(16));
  const replica = new HostileReplica(type, recordId);
  const statement = replica.statement(
    "recordStatus",
    initialContent(type.groups.recordStatus),
    author,
    chance,
  );
  const ops: readonly RootOp[] = [
    { key: "recordId", set: recordId, pred: [] },
    { key: "recordType", set: type.type, pred: [] },
    { key: "parentId", set: parentId, pred: [] },
    ...(chance.isLikely(0.5) ? [statement] : []),
  ];
  return composed(replica, replica.plan(ops, chance));
}

function orphanRecord(materials: Materials): PushedChange | null {
  return newRecord(materials, recordIdFromBytes(materials.chance.bytes(16)));
}

/** Says about itself what is not so: sequence, counters, what it had seen, what it overwrites, who wrote it. */
function liar(materials: Materials): PushedChange | null {
  const { chance, replicas } = materials;
  const replica = chance.pick(replicas);
  const plan = honestPlan(materials, replica);
  const known = [...replica.index.changes()];
  const someone = chance.pick(known);
  const unknownHash = chance.pick(
    [...chance.pick(replicas).index.changes()].map(({ hash }) => hash),
  );
  const pred: readonly OpId[] = chance.isLikely(0.5)
    ? []
    : known
        .slice(0, 1 + chance.length(64))
        .map(({ startOp, actor }) => opIdNamed(startOp, actor));
  const lie: Partial<ChangePlan> = chance.pick<() => Partial<ChangePlan>>([
    () => ({ seq: chance.pick([2, 3, 2 ** 31, 2 ** 53 - 1]) }),
    () => ({ actor: someone.actor, seq: someone.seq }),
    () => ({ actor: someone.actor, seq: someone.seq + 1 }),
    () => ({
      startOp: chance.pick([1, 2, plan.startOp + 1, 2 ** 31, 2 ** 32 - 1]),
    }),
    () => ({ deps: [] }),
    () => ({ deps: [unknownHash] }),
    () => ({ deps: known.slice(0, 256).map(({ hash }) => hash) }),
    () => ({ timeMs: chance.pick([0, -1e15, 8e15]) }),
    () => ({ ops: plan.ops.map((op) => ({ ...op, pred })) }),
    () => ({ ops: [...plan.ops, ...plan.ops] }),
    () => ({ ops: plan.ops.map((op) => ({ ...op, key: randomText(chance) })) }),
  ])();
  return composed(replica, { ...plan, ...lie });
}

function opIdNamed(counter: number, actor: string): OpId {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a counter and an actor are what an op id is
  return `${counter}@${actor}` as OpId;
}

function randomStatement(materials: Materials): PushedChange | null {
  const { chance, replicas, author } = materials;
  const replica = chance.pick(replicas);
  const group = chance.pick(Object.keys(replica.type.groups));
  const attribution = {
    ...author,
    authoredAtMs: chance.below(2 ** 40),
    nonce: "0".repeat(32),
  };
  const text = chance.pick<() => string>([
    () => JSON.stringify(randomJson(chance, 6)),
    () => JSON.stringify({ content: randomJson(chance, 6), attribution }),
    () => "[".repeat(chance.length(65_000)),
    () => `{"a":${"[".repeat(chance.length(32_000))}`,
    () => '{"content":{'.repeat(chance.length(5_000)),
    () => `${"9".repeat(chance.length(65_000))}`,
    () => `{${'"k":1,'.repeat(chance.length(10_000))}"z":1}`,
    () => "e\u0301\u0327".repeat(chance.length(12_000)),
  ])();
  return composed(
    replica,
    replica.plan(
      [{ key: group, set: text, pred: replica.index.live(group) }],
      chance,
    ),
  );
}

function randomOps(materials: Materials): PushedChange | null {
  const { chance, replicas } = materials;
  const replica = chance.pick(replicas);
  const keys = [
    ...Object.keys(replica.type.fields),
    ...Object.keys(replica.type.groups),
    "recordId",
    "recordType",
    "parentId",
    "__proto__",
    "constructor",
    `resolutions/${randomUuid(chance)}`,
    `archive/prescribing/${randomUuid(chance)}`,
    `notes/${randomUuid(chance)}`,
    randomText(chance),
  ];
  const ops = Array.from({ length: 1 + chance.length(200) }, () =>
    replica.field(chance.pick(keys), randomScalar(chance)),
  );
  return composed(replica, replica.plan(ops, chance));
}

function damagedBody(materials: Materials): PushedChange | null {
  const { chance } = materials;
  const sound = soundChange(materials);
  if (sound === null) return null;
  const bytes = withBody(sound.bytes, (body) => mutateBytes(body, chance));
  return { ...sound, bytes };
}

function damagedChunk(materials: Materials): PushedChange | null {
  const { chance } = materials;
  const sound = soundChange(materials);
  return sound && { ...sound, bytes: mutateBytes(sound.bytes, chance) };
}

function damagedDeflated(materials: Materials): PushedChange | null {
  const { chance } = materials;
  const sound = soundChange(materials);
  if (sound === null) return null;
  const bytes = deflateChunk(sound.bytes, (deflated) =>
    chance.isLikely(0.2) ? deflated : mutateBytes(deflated, chance),
  );
  return { ...sound, bytes };
}

/** One that is in the log already, or that its author could push. */
function soundChange(materials: Materials): PushedChange | null {
  const { chance, replicas } = materials;
  if (chance.isLikely(0.5)) return honest(materials);
  const { recordId, chunks } = chance.pick(replicas);
  return { recordId, bytes: chance.pick(chunks) };
}

function elsewhere(materials: Materials): PushedChange | null {
  const { chance, replicas } = materials;
  const { chunks } = chance.pick(replicas);
  const recordId = chance.isLikely(0.3)
    ? recordIdFromBytes(chance.bytes(16))
    : chance.pick(replicas).recordId;
  return { recordId, bytes: chance.pick(chunks) };
}

function bomb({ chance, replicas }: Materials): PushedChange | null {
  const { recordId, index } = chance.pick(replicas);
  const heads = index.heads();
  const hashes = [...index.changes()].map(({ hash }) => hexToBytes(hash));
  const bytes = chance.pick(bombs)({
    chance,
    actor: hexToBytes(newActor(chance)),
    heads: heads.map(hexToBytes).toSorted(Buffer.compare),
    hashes: hashes.toSorted(Buffer.compare),
    nextOp: index.nextOp(heads),
    actors: [...index.changes()]
      .map(({ actor }) => hexToBytes(actor))
      .toSorted(Buffer.compare),
  });
  return { recordId, bytes };
}

function composed(
  replica: HostileReplica,
  plan: ChangePlan,
): PushedChange | null {
  const bytes = tryCompose(plan);
  return bytes && { recordId: replica.recordId, bytes };
}
