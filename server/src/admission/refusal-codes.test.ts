import {
  composeChange,
  createMemoryStore,
  encodeStatement,
  isRetryable,
  limits,
  recordIdFromBytes,
  refusalCodeSchema,
  type ActorId,
  type ChangeHash,
  type OpId,
  type RecordId,
  type RefusalCode,
} from "@suture/schema";
import { expect, test } from "vitest";
import { serverTables } from "../server-tables.ts";
import { Replica, type At } from "./author.test-support.ts";
import {
  first,
  medication,
  prescribing,
  second,
} from "./contents.test-support.ts";
import type { PushedChange } from "./judgement.ts";
import {
  answers,
  Colleague,
  createWorld,
  createWorldDeps,
  expectAccepted,
  newAuthor,
  typeOf,
  type World,
} from "./world.test-support.ts";

interface Scene {
  readonly world: World;
  readonly clinician: Colleague;
  /** A patient's record, on the server and on the clinician's device. */
  readonly patient: Replica;
}

async function createScene(): Promise<Scene> {
  const store = createMemoryStore({ tables: serverTables });
  const oneChange = { maxChanges: 1, maxBytes: limits.maxChangeBytes };
  const world = await createWorld({
    ...createWorldDeps(store),
    waitingLimits: { member: oneChange, organization: oneChange },
    // What is really unsound is refused for its structure before it would be tried (`try-changes.test.ts`).
    trial: {
      try: async (jobs) =>
        jobs.map(() => ({ verdicts: ["unsound"], workMs: 0 })),
      close: async () => undefined,
    },
  });
  const clinician = await world.hire(["clinician"]);
  const { replica, pushed } = clinician.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  expectAccepted(await clinician.push(pushed));
  return { world, clinician, patient: replica };
}

type Outcome = { readonly by: Colleague; readonly changes: PushedChange[] };

/** What the server refuses with each code: the last change of a push. */
const provocations: Readonly<
  Record<RefusalCode, (scene: Scene) => Promise<Outcome>>
> = {
  "change-too-large": by(async ({ patient }) => [
    {
      recordId: patient.recordId,
      bytes: new Uint8Array(limits.maxChangeBytes + 1),
    },
  ]),
  "batch-too-large": by(async (scene) => {
    const edit = scene.clinician.setField(scene.patient, "maritalStatus", "M");
    return Array<PushedChange>(limits.maxBatchChanges + 1).fill(edit);
  }),
  "chunk-malformed": by(async ({ patient }) => [
    { recordId: patient.recordId, bytes: new Uint8Array([1, 2, 3]) },
  ]),
  "chunk-checksum": damaged((bytes) => bytes.length - 1),
  "chunk-type": damaged(() => 8, 0),
  "chunk-too-large": by(async ({ clinician, patient }) => {
    const deps = Array.from(
      { length: 257 },
      (_, number) => number.toString(16).padStart(64, "0") as ChangeHash,
    );
    const bytes = composeChange({
      actor: clinician.newActor(),
      seq: 1,
      startOp: 1,
      deps,
      timeMs: 0,
      ops: [],
    });
    return [{ recordId: patient.recordId, bytes }];
  }),
  "actor-malformed": edited({ actor: "aabb" as ActorId }),
  "actor-of-another": async (scene) => {
    const { world, clinician, patient } = scene;
    const mine = clinician.setField(patient, "maritalStatus", "M");
    expectAccepted(await clinician.push(mine));
    const last = [...patient.index.changes()].at(-1);
    if (last === undefined) throw new Error("no change");
    const other = world.onAnotherDevice(clinician);
    const change = other.compose(
      patient,
      [{ key: "maritalStatus", set: "S" }],
      { actor: last.actor },
    );
    return { by: other, changes: [change] };
  },
  "sequence-gap": edited({ seq: 7 }),
  // Its sequence was never used: it only leaves its actor's last change aside.
  "sequence-fork": by(async ({ clinician, patient }) => {
    const { actor } = firstChange(patient);
    const heads = patient.index.heads();
    const ops = [{ key: "maritalStatus", set: "M" }];
    const last = clinician.write(patient, ops, { actor });
    return [last, clinician.compose(patient, ops, { actor, heads })];
  }),
  "device-quarantined": async ({ world }) => {
    const other = await world.hire(["clinician"]);
    const { replica, pushed } = other.create(typeOf("patient"), {
      parentId: world.organizationId,
    });
    const fork = other.compose(
      replica,
      [{ key: "maritalStatus", set: "M" }],
      firstChange(replica),
    );
    const ops = [{ key: "maritalStatus", set: "S" }];
    const actor = other.newActor();
    const honest = other.compose(replica, ops, { actor });
    return { by: other, changes: [pushed, fork, honest] };
  },
  "start-op-wrong": edited({ startOp: 99 }),
  "missing-dependencies": by(async ({ clinician, patient }) => {
    clinician.setField(patient, "maritalStatus", "M");
    return [clinician.setField(patient, "maritalStatus", "S")];
  }),
  "no-dependencies": edited({ heads: [], startOp: 1 }),
  "depends-on-refused": async ({ world, patient }) => {
    const receptionist = await world.hire(["receptionist"]);
    const refused = receptionist.sign(patient, "prescribing", prescribing({}));
    const dependent = receptionist.setField(patient, "maritalStatus", "M");
    return { by: receptionist, changes: [refused, dependent] };
  },
  "author-unknown": async ({ world, patient }) => {
    const author = newAuthor(world.random);
    const memberId = recordIdFromBytes(world.random.bytes(16));
    const stranger = new Colleague(
      world.admission,
      world.random,
      memberId,
      author,
    );
    return {
      by: stranger,
      changes: [stranger.setField(patient, "maritalStatus", "M")],
    };
  },
  "attribution-wrong": async ({ world, clinician, patient }) => {
    const other = world.onAnotherDevice(clinician);
    const at = { actor: clinician.newActor() };
    const change = clinician.sign(patient, "prescribing", prescribing({}), at);
    return { by: other, changes: [change] };
  },
  "record-type-unknown": created((scene) => ({
    recordType: "spaceship",
    parentId: scene.world.organizationId,
  })),
  "record-unknown": by(async ({ clinician, patient }) => {
    const change = clinician.compose(
      patient,
      [{ key: "maritalStatus", set: "M" }],
      { heads: [], startOp: 1 },
    );
    return [{ ...change, recordId: clinician.newRecordId() }];
  }),
  "record-exists": by(async ({ world, clinician, patient }) => [
    clinician.create(typeOf("patient"), {
      recordId: patient.recordId,
      parentId: world.organizationId,
    }).pushed,
  ]),
  "parent-wrong": created((scene) => ({ parentId: scene.world.teamId })),
  "too-much-waiting": by(async ({ clinician }) => {
    const parentId = clinician.newRecordId();
    const appointment = typeOf("appointment");
    return [
      clinician.create(appointment, { parentId }).pushed,
      clinician.create(appointment, { parentId }).pushed,
    ];
  }),
  "not-permitted": async ({ world, patient }) => {
    const receptionist = await world.hire(["receptionist"]);
    return {
      by: receptionist,
      changes: [receptionist.sign(patient, "prescribing", prescribing({}))],
    };
  },
  "unknown-field": wrote("shoeSize", 43),
  "kind-mismatch": wrote(`telecom/${first}`, 5),
  "value-invalid": wrote("maritalStatus", "Q"),
  "creation-malformed": created(({ world, clinician }) => ({
    parentId: world.organizationId,
    heldId: clinician.newRecordId(),
  })),
  "statement-malformed": wrote("prescribing", "{}"),
  "statement-structure": by(async ({ clinician, patient }) => {
    const attribution = clinician.attribution();
    const content = prescribing({});
    return [
      clinician.compose(patient, [
        { key: "prescribing", set: encodeStatement({ content, attribution }) },
        {
          key: "recordStatus",
          set: encodeStatement({ content: { status: "active" }, attribution }),
        },
      ]),
    ];
  }),
  "pred-wrong": by(async ({ clinician, patient }) => [
    clinician.compose(patient, [
      {
        key: "maritalStatus",
        set: "M",
        pred: [`1@${firstChange(patient).actor}` as OpId],
      },
    ]),
  ]),
  "statement-pred-wrong": by(async ({ clinician, patient }) => {
    const signed = clinician.sign(patient, "prescribing", prescribing({}));
    const attribution = clinician.attribution();
    const set = encodeStatement({ content: prescribing({}), attribution });
    return [
      signed,
      clinician.compose(patient, [{ key: "prescribing", set, pred: [] }]),
    ];
  }),
  "resolution-required": by(async (scene) => {
    const { clinician, patient } = scene;
    const apart = signApart(scene);
    const content = prescribing({ [first]: medication("warfarin") });
    return [...apart, clinician.sign(patient, "prescribing", content)];
  }),
  "resolution-wrong": by(async ({ clinician, patient }) => {
    const signed = clinician.sign(patient, "prescribing", prescribing({}));
    const ops = clinician.resolutionOps(
      patient,
      "prescribing",
      { kind: "value" },
      prescribing({}),
    );
    const invented = ops.map((op) => ({
      ...op,
      set:
        typeof op.set === "string"
          ? op.set.replace(/"settles":\[[^\]]*\]/, '"settles":["1@aa","2@aa"]')
          : op.set,
    }));
    return [signed, clinician.compose(patient, invented)];
  }),
  "resolution-malformed": wrote(`resolutions/${first}`, "{}"),
  "archive-missing": by(async ({ clinician, patient }) => {
    const held = prescribing({ [first]: medication("warfarin") });
    const signed = clinician.sign(patient, "prescribing", held);
    return [signed, clinician.sign(patient, "prescribing", prescribing({}))];
  }),
  "document-unsound": by(async ({ world, clinician }) => {
    const job = clinician.create(typeOf("serviceJob"), {
      parentId: world.teamId,
    });
    const genesis = clinician.beginText(job.replica, "description");
    const text = clinician.writeText(job.replica, "description", "It leaks.");
    return [job.pushed, genesis, text];
  }),
  "archive-unexpected": by(async ({ clinician, patient }) => {
    const held = prescribing({ [first]: medication("warfarin") });
    const archive = { [first]: medication("warfarin", "stopped") };
    return [clinician.sign(patient, "prescribing", held, { archive })];
  }),
};

test.each(refusalCodeSchema.options)(
  "[AD-1] %s is answered alone: the connection's next change is accepted",
  async (code) => {
    const scene = await createScene();
    const { by: pusher, changes } = await provocations[code](scene);
    const verdicts = await pusher.push(...changes);
    const verdict = verdicts.at(-1);
    expect(verdict).toMatchObject({
      verdict: "refused",
      code,
      isRetryable: isRetryable(code),
    });
    const { clinician, world } = scene;
    const next = clinician.create(typeOf("patient"), {
      parentId: world.organizationId,
    });
    expectAccepted(await clinician.push(next.pushed));
  },
);

test("[AD-1] a refused change is answered the same when it is pushed again, whoever else was admitted since", async () => {
  for (const code of refusalCodeSchema.options) {
    if (isRetryable(code)) continue;
    const scene = await createScene();
    const { by: pusher, changes } = await provocations[code](scene);
    const before = answers(await pusher.push(...changes)).at(-1);
    const last = changes.at(-1);
    if (last === undefined) throw new Error("nothing was pushed");
    const [again] = answers(await pusher.push(last));
    expect(again, code).toBe(before);
  }
});

function firstChange(replica: Replica) {
  const [change] = replica.index.changes();
  if (change === undefined) throw new Error("the replica is empty");
  return change;
}

/** Two statements of one group by people who did not see each other. */
function signApart({ clinician, patient }: Scene): PushedChange[] {
  const heads = patient.index.heads();
  return ["metformin", "insulin"].map((name) =>
    clinician.sign(
      patient,
      "prescribing",
      prescribing({ [name === "insulin" ? first : second]: medication(name) }),
      { heads, actor: clinician.newActor() },
    ),
  );
}

function edited(
  at: At & { readonly seq?: number; readonly startOp?: number },
): (scene: Scene) => Promise<Outcome> {
  return by(async ({ clinician, patient }) => [
    clinician.compose(patient, [{ key: "maritalStatus", set: "M" }], at),
  ]);
}

function wrote(
  key: string,
  set: string | number,
): (scene: Scene) => Promise<Outcome> {
  return by(async ({ clinician, patient }) => [
    clinician.compose(patient, [{ key, set }]),
  ]);
}

/** One byte of an honest change is another. */
function damaged(
  positionIn: (bytes: Uint8Array) => number,
  value?: number,
): (scene: Scene) => Promise<Outcome> {
  return by(async ({ clinician, patient }) => {
    const change = clinician.setField(patient, "maritalStatus", "M");
    const position = positionIn(change.bytes);
    const bytes = change.bytes.slice();
    bytes[position] = value ?? (bytes[position] ?? 0) ^ 1;
    return [{ ...change, bytes }];
  });
}

/** A creation that says something else than the patient's record it might have been. */
function created(
  claim: (scene: Scene) => {
    readonly recordType?: string;
    readonly parentId: RecordId;
    readonly heldId?: RecordId;
  },
): (scene: Scene) => Promise<Outcome> {
  return by(async (scene) => {
    const { clinician } = scene;
    const { recordType = "patient", parentId, heldId } = claim(scene);
    const replica = new Replica(typeOf("patient"), clinician.newRecordId());
    return [
      clinician.compose(replica, [
        { key: "recordId", set: heldId ?? replica.recordId },
        { key: "recordType", set: recordType },
        { key: "parentId", set: parentId },
      ]),
    ];
  });
}

function by(
  provoke: (scene: Scene) => Promise<PushedChange[]>,
): (scene: Scene) => Promise<Outcome> {
  return async (scene) => ({
    by: scene.clinician,
    changes: await provoke(scene),
  });
}
