/** Random valid histories, admitted in random causal orders and groupings: the same index, conflicts and rights. */
import {
  createMemoryStore,
  recordIdFromBytes,
  sha256,
  type ChangeHash,
  type Content,
} from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadRecordMemory } from "../log/record-memory.ts";
import { recordsTable } from "../log/log-tables.ts";
import { openReviewsTable } from "../review/review-tables.ts";
import { serverTables } from "../server-tables.ts";
import { Replica, seededRandom } from "./author.test-support.ts";
import {
  first,
  identityOf,
  medication,
  note,
  prescribing,
  second,
} from "./contents.test-support.ts";
import type { PushedChange } from "./judgement.ts";
import {
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type Colleague,
} from "./world.test-support.ts";

interface Step {
  readonly device: 0 | 1 | 2;
  readonly act: "field" | "note" | "prescribe" | "identify" | "receive";
  readonly choice: number;
}

const steps = fc.array(
  fc.record<Step>({
    device: fc.constantFrom(0, 1, 2),
    act: fc.constantFrom("field", "note", "prescribe", "identify", "receive"),
    choice: fc.nat({ max: 7 }),
  }),
  { minLength: 1, maxLength: 14 },
);

test(
  "[AD-17] any causal order and any split into batches gives the same index, live sets and open reviews",
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 0, max: 1_000_000 }),
        async (script, seed) => {
          const straight = await admitted(script, seed, (changes) => changes);
          const shuffled = await admitted(script, seed, (changes) =>
            shuffleCausally(changes, seed),
          );
          expect(shuffled).toEqual(straight);
        },
      ),
      { numRuns: 20 },
    );
  },
);

interface Written {
  readonly pushed: PushedChange;
  readonly hash: ChangeHash;
  readonly deps: readonly ChangeHash[];
  readonly by: number;
}

async function admitted(
  script: readonly Step[],
  seed: number,
  order: (changes: readonly Written[]) => readonly Written[],
) {
  const store = createMemoryStore({ tables: serverTables });
  const world = await createWorld(createWorldDeps(store, seed));
  const clinicians = [
    await world.hire(["clinician"]),
    await world.hire(["clinician"]),
    await world.hire(["clinician"]),
  ];
  const recordId = recordIdFromBytes(seededRandom(-1).bytes(16));
  const history = write(script, clinicians, recordId, world.organizationId);
  const [creation, ...rest] = history;
  if (creation === undefined) throw new Error("no creation");
  expectAccepted((await clinicians[0]?.push(creation.pushed)) ?? []);
  let batch: Written[] = [];
  const flush = async () => {
    const [written] = batch;
    const by = written === undefined ? undefined : clinicians[written.by];
    if (by !== undefined)
      expectAccepted(await by.push(...batch.map(({ pushed }) => pushed)));
    batch = [];
  };
  for (const written of order(rest)) {
    if (batch[0] !== undefined && batch[0].by !== written.by) await flush();
    batch.push(written);
  }
  await flush();
  return store.read(world.organizationId, async (tx) => {
    const { index } = await loadRecordMemory(tx, recordId);
    const row = await tx.get(recordsTable, [recordId]);
    const open = await tx.scan(openReviewsTable);
    return {
      changes: [...index.changes()]
        .map(({ hash, live, statements }) => ({ hash, live, statements }))
        .sort((left, right) => (left.hash < right.hash ? -1 : 1)),
      live: Object.fromEntries(
        [...index.groups()].sort().map((group) => [group, index.live(group)]),
      ),
      heads: index.heads(),
      parentId: row?.parentId,
      open: open.map(({ key }) => String(key[1])).sort(),
    };
  });
}

/** The same script and clinicians write the same history: every draw is seeded. */
function write(
  script: readonly Step[],
  clinicians: readonly Colleague[],
  recordId: ReturnType<typeof recordIdFromBytes>,
  parentId: ReturnType<typeof recordIdFromBytes>,
): readonly Written[] {
  const type = typeOf("patient");
  const author = clinicians[0];
  if (author === undefined) throw new Error("nobody writes");
  const { pushed } = author.create(type, { parentId, recordId });
  const copies = clinicians.map(() => new Replica(type, recordId));
  const all: Written[] = [];
  const keep = (change: PushedChange, by: number) => {
    const copy = copies[by];
    const hash = copy?.receive(change.bytes);
    if (hash === undefined) throw new Error("no copy");
    const deps = copy?.index.get(hash)?.deps ?? [];
    all.push({ pushed: change, hash, deps, by });
  };
  keep(pushed, 0);
  for (const copy of copies.slice(1)) copy.receive(pushed.bytes);
  for (const { device, act, choice } of script) {
    const [by, copy] = [clinicians[device], copies[device]];
    if (by === undefined || copy === undefined) continue;
    if (act === "receive") {
      for (const written of all)
        if (written.deps.every((dep) => copy.index.has(dep)))
          copy.receive(written.pushed.bytes);
      continue;
    }
    // A group in conflict would ask for a resolution: here people work on beside it.
    const content = contentOf(act, choice);
    const group = act === "prescribe" ? "prescribing" : "identity";
    if (content !== null && copy.index.live(group).length > 1) continue;
    keep(
      content !== null
        ? by.sign(copy, group, content)
        : act === "note"
          ? by.addEntry(copy, "notes", note(`note ${choice}`))
          : by.setField(copy, "maritalStatus", "MSDW"[choice % 4] ?? "M"),
      device,
    );
  }
  return all;
}

function contentOf(act: Step["act"], choice: number): Content | null {
  if (act === "identify") return identityOf(`19${70 + choice}-01-01`);
  if (act !== "prescribe") return null;
  return prescribing({
    [first]: medication("warfarin"),
    [second]: medication(`drug ${choice}`),
  });
}

/** Any of those whose dependencies are out already, by the seed. */
function shuffleCausally(
  changes: readonly Written[],
  seed: number,
): readonly Written[] {
  const open = [...changes];
  const own = new Set(changes.map(({ hash }) => hash));
  const out: Written[] = [];
  const isOut = (hash: ChangeHash) =>
    !own.has(hash) || out.some((written) => written.hash === hash);
  for (let round = 0; open.length > 0; round += 1) {
    const ready = open.filter(({ deps }) => deps.every(isOut));
    const draw = sha256(new Uint8Array([seed & 255, seed >> 8, round]))[0] ?? 0;
    const next = ready[draw % ready.length];
    if (next === undefined) throw new Error("a history has a cycle");
    open.splice(open.indexOf(next), 1);
    out.push(next);
  }
  return out;
}
