/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
import { type ChangeHash, type JsonValue, type RecordId } from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";

import { medication, prescribing } from "../admission/contents.test-support.ts";
import { openTestStore } from "../admission/stores.test-support.ts";
import {
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type Colleague,
  type World,
} from "../admission/world.test-support.ts";
import { creatinine, openTasksOf, slotOf } from "./reviews.test-support.ts";

test("[RV-6] any order of admission opens the same tasks about the same candidates", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          who: fc.nat({ max: 2 }),
          /** Which earlier changes its author had seen, as bits. */
          seen: fc.nat({ max: 255 }),
          what: fc.constantFrom("sign", "sign", "measure", "book"),
          drug: fc.nat({ max: 2 }),
        }),
        { minLength: 2, maxLength: 8 },
      ),
      fc.array(fc.nat({ max: 100 }), { minLength: 8, maxLength: 8 }),
      async (plan, order) => {
        const written = await writePlan(plan);
        const forwards = await admitIn(written, written.changes);
        const shuffled = await admitIn(written, causalOrder(written, order));
        expect(shuffled).toEqual(forwards);
      },
    ),
    { numRuns: 30 },
  );
});

interface Written {
  readonly changes: readonly {
    readonly who: number;
    readonly recordId: RecordId;
    readonly bytes: Uint8Array;
    readonly hash: ChangeHash;
    readonly deps: readonly ChangeHash[];
  }[];
  readonly recordId: RecordId;
  readonly creation: Uint8Array;
}

async function people(): Promise<readonly [World, ...Colleague[]]> {
  const opened = await openTestStore("memory");
  // The same seed gives the same organization and members.
  const world = await createWorld(createWorldDeps(opened.store));
  const colleagues = [];
  for (let count = 0; count < 3; count += 1)
    colleagues.push(await world.hire(["clinician"]));
  return [world, ...colleagues];
}

async function writePlan(
  plan: readonly {
    readonly who: number;
    readonly seen: number;
    readonly what: string;
    readonly drug: number;
  }[],
): Promise<Written> {
  const [world, ...colleagues] = await people();
  const [anna] = colleagues;
  if (anna === undefined) throw new Error("nobody");
  const { replica, pushed } = anna.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  const creation = replica.index.heads();
  const changes: Written["changes"][number][] = [];
  for (const { who, seen, what, drug } of plan) {
    const colleague = colleagues[who] ?? anna;
    if (what === "book") {
      changes.push(writeBooking(world, who, colleague, drug));
      continue;
    }
    const known = changes
      .filter((_, index) => (seen >> index) % 2 === 1)
      .filter(({ recordId }) => recordId === replica.recordId)
      .map(({ hash }) => hash);
    const heads = replica.index.frontier([...creation, ...known]);
    const at = { heads, actor: colleague.newActor() };
    const live = replica.index.liveAt(heads, "prescribing");
    const fold = replica.foldAt(heads);
    const contents = live.map((opId) => fold.statementOf(opId).content);
    const next = prescribing({
      ...contents.reduce<Record<string, JsonValue>>(
        (all, content) => ({
          ...all,
          ...(content["medications"] as Record<string, JsonValue>),
        }),
        {},
      ),
      [`00000000-0000-4000-8000-00000000001${drug}`]: medication(
        ["aspirin", "ibuprofen", "warfarin"][drug] ?? "aspirin",
      ),
    });
    const isContested =
      live.length > 1 &&
      new Set(contents.map((content) => JSON.stringify(content))).size > 1;
    const written =
      what === "measure"
        ? colleague.addEntry(replica, "measurements", creatinine, at)
        : isContested
          ? colleague.resolve(
              replica,
              "prescribing",
              { kind: "value" },
              next,
              at,
            )
          : colleague.sign(replica, "prescribing", next, at);
    const hash = replica.receive(written.bytes);
    changes.push({ who, ...written, hash, deps: heads });
  }
  return {
    changes,
    recordId: replica.recordId,
    creation: pushed.bytes,
  };
}

/** One of three half-hours that overlap two by two. */
function writeBooking(
  world: World,
  who: number,
  colleague: Colleague,
  number: number,
): Written["changes"][number] {
  const quarter = 900_000;
  const startMs = Date.UTC(2026, 5, 1, 9) + number * quarter;
  const { replica, pushed } = colleague.create(typeOf("appointment"), {
    parentId: world.teamId,
    statements: { slot: slotOf(startMs, 2 * quarter) },
  });
  return { who, ...pushed, hash: replica.receive(pushed.bytes), deps: [] };
}

function causalOrder(
  { changes }: Written,
  order: readonly number[],
): Written["changes"] {
  const left = [...changes];
  const ordered: Written["changes"][number][] = [];
  while (left.length > 0) {
    const ready = left.filter(({ deps }) =>
      deps.every((dep) => !left.some(({ hash }) => hash === dep)),
    );
    const pick = ready[(order[ordered.length] ?? 0) % ready.length];
    if (pick === undefined) throw new Error("nothing is ready");
    ordered.push(pick);
    left.splice(left.indexOf(pick), 1);
  }
  return ordered;
}

async function admitIn(
  { recordId, creation }: Written,
  changes: Written["changes"],
) {
  const [world, ...colleagues] = await people();
  const [anna] = colleagues;
  if (anna === undefined) throw new Error("nobody");
  expectAccepted(await anna.push({ recordId, bytes: creation }));
  for (const { who, ...pushed } of changes)
    expectAccepted(await (colleagues[who] ?? anna).push(pushed));
  const tasks = await openTasksOf(world);
  return tasks
    .map(({ openedAtMs: _at, revision: _revision, ...task }) => task)
    .sort((left, right) => (left.reviewId < right.reviewId ? -1 : 1));
}
