/** Lost work said again: the same where it can be, nowhere else, at what its author had seen. */
import { expect, test } from "vitest";

import {
  active,
  actorAt,
  asContent,
  attributionAt,
  chart,
  emptyPlan,
  entryIdAt,
  History,
  type Entry,
} from "../clinical/written-history.test-support.ts";
import type { ChangeHash } from "../ids.ts";
import { ChangeIndex } from "./change-index.ts";
import { composeText } from "./compose-text.ts";
import { readText } from "./read-text.ts";
import { seenOfAccepted } from "./lost-change.ts";
import { reexpressChange } from "./reexpress-change.ts";

const stopped = (name: string): Entry => ({ name, status: "stopped" });

/** `device` holds everything; `server` what was not lost. What the device writes is lost unless it is given to both. */
class World {
  readonly device: History;
  readonly server: History;
  readonly #again = new Map<ChangeHash, ChangeHash>();
  #actors = 0x500;

  constructor() {
    this.device = new History();
    this.server = new History();
  }

  get creation(): ChangeHash {
    return this.device.creation;
  }

  admit(hash: ChangeHash): ChangeHash {
    return this.server.accept(this.device.written(hash).bytes);
  }

  type(deps: readonly ChangeHash[], text: string): ChangeHash {
    this.#actors += 1;
    const bytes = composeText({
      actor: actorAt(this.#actors),
      changes: this.#behind(deps),
      type: chart,
      name: "summary",
      text,
      timeMs: 0,
    });
    if (bytes === null) throw new Error("nothing changed");
    return this.device.accept(bytes);
  }

  /** Says it again on the server: the new change's hash, or why it cannot be said. */
  again(hash: ChangeHash): ChangeHash | string {
    this.#actors += 1;
    const { server, device } = this;
    const behind = new Set(device.index.behind([hash]));
    const before = device
      .changes()
      .filter(
        ({ decoded }) =>
          decoded.hash !== hash &&
          behind.has(decoded.hash) &&
          !server.index.has(decoded.hash),
      );
    const { decoded, edits } = device.written(hash);
    const chunks = reexpressChange({
      type: chart,
      accepted: {
        index: server.index,
        editsOf: (held) => server.written(held).edits,
      },
      lost: { change: decoded, edits },
      before: before.map((lost) => ({
        change: lost.decoded,
        edits: lost.edits,
        reexpressedAs: this.#again.get(lost.decoded.hash) ?? null,
      })),
      actor: actorAt(this.#actors),
      timeMs: 0,
      attribute: (signed) => ({ ...signed, nonce: "f".repeat(32) }),
    });
    if (!chunks.ok) return chunks.error.code;
    const hashes = chunks.value.map((bytes) => server.accept(bytes));
    const last = hashes.at(-1);
    if (last === undefined) throw new Error("nothing was composed");
    this.#again.set(hash, last);
    return last;
  }

  said(hash: ChangeHash | string) {
    const change = this.server
      .changes()
      .find(({ decoded }) => decoded.hash === hash);
    if (change === undefined) throw new Error(`not on the server: ${hash}`);
    return change;
  }

  text(): string {
    return readText(
      chart,
      "summary",
      this.server.changes().map(({ bytes }) => bytes),
    );
  }

  #behind(deps: readonly ChangeHash[]): readonly Uint8Array[] {
    const behind = new Set(this.device.index.behind(deps));
    return this.device
      .changes()
      .filter(({ decoded }) => behind.has(decoded.hash))
      .map(({ bytes }) => bytes);
  }
}

test("[SW-1] a field that was written after lost work is written again at what its author had seen", () => {
  const world = new World();
  const { device } = world;
  const phone = world.admit(device.set([world.creation], "phone", "1"));
  const lost = device.set([phone], "phone", "2");
  const later = device.set([lost], "isUrgent", true);
  // A colleague's change that the author had not seen stays beside it.
  const unseen = world.admit(device.set([phone], "age", 40));
  const again = world.said(world.again(later));
  expect(again.decoded.deps).toEqual([phone]);
  expect(again.edits).toMatchObject([
    { kind: "field", name: "isUrgent", value: true, pred: [] },
  ]);
  expect(world.server.index.heads()).toContain(unseen);
});

test("[SW-1] work that other lost work was seen by builds on what says that again", () => {
  const world = new World();
  const { device } = world;
  const lost = device.set([world.creation], "age", 40);
  const first = device.set([lost], "phone", "1");
  const second = device.set([first], "phone", "2");
  const firstAgain = world.again(first);
  const secondAgain = world.said(world.again(second));
  expect(secondAgain.decoded.deps).toEqual([firstAgain]);
  expect(world.server.fold.scalars("phone")).toEqual(["2"]);
});

test("[SW-1] entries, increments and moves are as they were, and containers come along once", () => {
  const world = new World();
  const { device } = world;
  const genesis = device.genesis("visits");
  const lost = device.set([world.creation], "age", 40);
  const note = `notes/${entryIdAt(1)}`;
  const written = device.set([lost], note, '{"text":"seen"}');
  const counted = device.write({
    deps: [written, genesis].sort(),
    ops: [
      {
        key: "visits",
        pred: device.live([genesis], "visits"),
        set: { increment: 2 },
      },
    ],
  });
  const moved = device.set([counted], "parentId", null);
  for (const hash of [written, counted, moved]) world.said(world.again(hash));
  const { fold } = world.server;
  expect(fold.entries("notes")).toEqual({ [entryIdAt(1)]: { text: "seen" } });
  expect(fold.counter("visits")).toBe(2);
  expect(fold.parentId()).toBeNull();
  expect(world.server.index.has(genesis)).toBe(true);
});

test("[SW-2] what exists only in lost work cannot be built on: an entry, a character, a record", () => {
  const world = new World();
  const { device } = world;
  const key = `results/${entryIdAt(1)}`;
  const lost = device.set([world.creation], key, JSON.stringify(active("x")));
  const withdrawn = device.set([lost], key, JSON.stringify(stopped("x")));
  expect(world.again(withdrawn)).toBe("depends-on-refused");

  const other = new World();
  const genesis = other.admit(other.device.genesis("summary"));
  const typed = other.type([other.creation, genesis].sort(), "ab");
  const inside = other.type([typed], "aXb");
  expect(other.again(inside)).toBe("depends-on-refused");
});

test("[SW-2] a text edit is said again by characters where what is around it was accepted or is said again", () => {
  const world = new World();
  const genesis = world.admit(world.device.genesis("summary"));
  const base = world.admit(
    world.type([world.creation, genesis].sort(), "pump leaks"),
  );
  const lost = world.device.set([base], "age", 40);
  const typed = world.type([lost], "the pump leaks");
  const corrected = world.type([typed], "The pump drips");
  world.said(world.again(typed));
  world.said(world.again(corrected));
  expect(world.text()).toBe("The pump drips");
});

test("[SW-3] a statement is said again as the difference it made", () => {
  const world = new World();
  const { device } = world;
  const first = world.admit(
    device.sign({
      deps: [world.creation],
      content: {
        ...emptyPlan,
        drugs: { [entryIdAt(1)]: active("a"), [entryIdAt(2)]: active("b") },
      },
    }),
  );
  const lost = device.sign({
    deps: [first],
    content: {
      ...emptyPlan,
      drugs: {
        [entryIdAt(1)]: active("a"),
        [entryIdAt(2)]: active("b"),
        [entryIdAt(3)]: active("c"),
      },
    },
  });
  const later = device.sign({
    deps: [lost],
    content: {
      drugs: { [entryIdAt(1)]: active("a"), [entryIdAt(3)]: active("c") },
      allergies: { [entryIdAt(4)]: active("latex") },
      risk: "high",
    },
    archived: { [entryIdAt(2)]: stopped("b") },
  });
  const again = world.said(world.again(later));
  const signed = again.edits.find((edit) => edit.kind === "statement");
  expect(signed).toMatchObject({
    pred: world.device.index.liveAt([first], "plan"),
    statement: {
      content: asContent({
        drugs: { [entryIdAt(1)]: active("a") },
        allergies: { [entryIdAt(4)]: active("latex") },
        risk: "high",
      }),
      attribution: { nonce: "f".repeat(32) },
    },
  });
  expect(Object.keys(world.server.fold.archive("plan"))).toEqual([
    entryIdAt(2),
  ]);
});

test("[SW-3] a statement that touches what was lost, or contradicts what stands, is not said again", () => {
  const world = new World();
  const { device } = world;
  const first = world.admit(
    device.sign({
      deps: [world.creation],
      content: {
        ...emptyPlan,
        allergies: { [entryIdAt(1)]: active("none known") },
      },
    }),
  );
  const lost = device.sign({
    deps: [first],
    content: { ...emptyPlan, drugs: { [entryIdAt(3)]: active("c") } },
    archived: { [entryIdAt(1)]: stopped("none known") },
  });
  const stops = device.sign({
    deps: [lost],
    content: emptyPlan,
    archived: { [entryIdAt(3)]: stopped("c") },
  });
  const adds = device.sign({
    deps: [lost],
    content: {
      ...emptyPlan,
      drugs: { [entryIdAt(3)]: active("c") },
      allergies: { [entryIdAt(4)]: active("latex") },
    },
  });
  expect(world.again(stops)).toBe("depends-on-refused");
  expect(world.again(adds)).toBe("depends-on-refused");
});

test("[SW-3] measurements it was based on are named where they are accepted", () => {
  const world = new World();
  const { device } = world;
  const result = (n: number) =>
    [`results/${entryIdAt(n)}`, JSON.stringify(active("x"))] as const;
  const known = world.admit(device.set([world.creation], ...result(1)));
  const lost = device.set([known], ...result(2));
  const signed = device.sign({
    deps: [lost],
    content: { ...emptyPlan, risk: "high" },
    basedOn: [entryIdAt(1), entryIdAt(2)],
  });
  const again = world.said(world.again(signed));
  expect(again.edits).toMatchObject([
    { statement: { attribution: { basedOn: [entryIdAt(1)] } } },
  ]);
});

test("[SW-4] a resolution is said again only where it settles the very same candidates", () => {
  const conflict = (isLost: boolean) => {
    const world = new World();
    const { device } = world;
    const left = world.admit(
      device.sign({
        deps: [world.creation],
        content: { ...emptyPlan, risk: "high" },
      }),
    );
    const right = device.sign({
      deps: [world.creation],
      content: { ...emptyPlan, drugs: { [entryIdAt(1)]: active("a") } },
    });
    if (!isLost) world.admit(right);
    const lost = device.set([left, right].sort(), "age", 40);
    const resolved = device.sign({
      deps: [lost],
      content: { ...emptyPlan, risk: "high" },
      decision: { kind: "value" },
    });
    return world.again(resolved);
  };
  expect(conflict(true)).toBe("depends-on-refused");
  expect(conflict(false)).toMatch(/^[0-9a-f]{64}$/);
});

test("[SW-1] a creation is said again under another actor; nothing is said of a record that is not there", () => {
  const world = new World();
  const phone = world.device.set([world.creation], "phone", "1");
  const { edits, decoded } = world.device.written(world.creation);
  const empty = new History();
  expect(world.again(world.creation)).toBe("depends-on-refused");
  expect(seenOfAccepted(empty.index, [phone], [])).toEqual([]);
  const elsewhere = reexpressChange({
    type: chart,
    accepted: { index: new ChangeIndex(), editsOf: () => [] },
    lost: { change: decoded, edits },
    before: [],
    actor: actorAt(1),
    timeMs: 0,
    attribute: () => attributionAt(1),
  });
  expect(elsewhere.ok && elsewhere.value.length).toBe(1);
});
