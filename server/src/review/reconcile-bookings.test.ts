/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
import { teamScope, type RecordId } from "@suture/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import {
  openTestStore,
  storeKinds,
  type OpenedStore,
} from "../admission/stores.test-support.ts";
import {
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type Colleague,
  type World,
} from "../admission/world.test-support.ts";
import { doctorId, openTasksOf, slotOf } from "./reviews.test-support.ts";

describe.each(storeKinds)("over the %s store", (kind) => {
  let opened: OpenedStore;
  let world: World;
  let anna: Colleague;
  let ben: Colleague;

  beforeEach(async () => {
    opened = await openTestStore(kind);
    world = await createWorld(createWorldDeps(opened.store));
    anna = await world.hire(["clinician", "receptionist"]);
    ben = await world.hire(["clinician", "receptionist"]);
  });
  afterEach(() => opened.discard());

  const openTasks = () => openTasksOf(world);

  const hour = 3_600_000;
  const nineAtMs = Date.UTC(2026, 5, 1, 9);

  const book = async (
    by: Colleague,
    at: {
      readonly from: number;
      readonly hours?: number;
      readonly teamId?: RecordId;
      readonly fields?: Readonly<Record<string, string>>;
    },
  ) => {
    const slot = slotOf(nineAtMs + at.from * hour, (at.hours ?? 1) * hour);
    const { replica, pushed } = by.create(typeOf("appointment"), {
      parentId: at.teamId ?? world.teamId,
      statements: { slot },
      ...(at.fields && { fields: at.fields }),
    });
    expectAccepted(await by.push(pushed));
    return replica;
  };

  test("[RV-5] the same person twice at once is one task of the team; one after the other is none", async () => {
    const one = await book(anna, { from: 0 });
    await book(ben, { from: 1 });
    expect(await openTasks()).toEqual([]);
    const other = await book(ben, { from: 0.5, hours: 0.5 });
    const tasks = await openTasks();
    expect(tasks).toMatchObject([
      {
        kind: "double-booking",
        scopeId: teamScope(world.teamId),
        actor: `practitioner:${doctorId}`,
      },
    ]);
    expect(
      tasks.flatMap((task) =>
        task.kind === "double-booking"
          ? [[task.recordId, task.otherRecordId].sort()]
          : [],
      ),
    ).toEqual([[one.recordId, other.recordId].sort()]);
  });

  test("[RV-5] two teams see the same task, each from its own appointment", async () => {
    const team = world.admin.create(typeOf("team"), {
      parentId: world.organizationId,
    });
    expectAccepted(await world.admin.push(team.pushed));
    const otherTeamId = team.replica.recordId;
    const cara = await world.hire(["receptionist"], {
      teamIds: [otherTeamId],
    });
    const own = await book(anna, { from: 0, hours: 2 });
    const others = await book(cara, { from: 1, teamId: otherTeamId });
    const tasks = await openTasks();
    expect(new Set(tasks.map(({ reviewId }) => reviewId)).size).toBe(1);
    expect(tasks).toHaveLength(2);
    expect(tasks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          scopeId: teamScope(world.teamId),
          recordId: own.recordId,
          otherRecordId: others.recordId,
        }),
        expect.objectContaining({
          scopeId: teamScope(otherTeamId),
          recordId: others.recordId,
          otherRecordId: own.recordId,
        }),
      ]),
    );
    const moved = slotOf(nineAtMs + 5 * hour, hour);
    const outcome = await cara.admit(cara.sign(others, "slot", moved));
    expect(await openTasks()).toEqual([]);
    const closed = outcome.reviews.flatMap(({ delta }) => delta.closed);
    expect(closed.map(({ outcome: how }) => how)).toEqual([
      "resolved",
      "resolved",
    ]);
  });

  test("[RV-5] every candidate of a contested slot counts, and what took place counts no more", async () => {
    const contested = await book(anna, { from: 0 });
    const heads = contested.index.heads();
    for (const [colleague, from] of [
      [anna, 10],
      [ben, 20],
    ] as const) {
      const slot = slotOf(nineAtMs + from * hour, hour);
      const at = { heads, actor: colleague.newActor() };
      expectAccepted(
        await colleague.push(colleague.sign(contested, "slot", slot, at)),
      );
    }
    await book(anna, { from: 10 });
    await book(ben, { from: 20 });
    await book(ben, { from: 0 });
    const kinds = async () =>
      (await openTasks()).map((task) => task.kind).sort();
    expect(await kinds()).toEqual([
      "conflict",
      "double-booking",
      "double-booking",
    ]);
    expectAccepted(
      await anna.push(anna.setField(contested, "attendance", "fulfilled")),
    );
    expect(await kinds()).toEqual(["conflict"]);
  });

  test("[RV-5] a history of appointments that took place, before 1970 too, raises no questions", async () => {
    const years = -60 * 365 * 24;
    const fields = { attendance: "fulfilled" };
    await book(anna, { from: years, fields });
    await book(anna, { from: years, fields });
    await book(anna, { from: years });
    expect(await openTasks()).toEqual([]);
    await book(anna, { from: years });
    expect(await openTasks()).toHaveLength(1);
  });

  test("[RV-5] arrived beside cancelled asks what became of the patient", async () => {
    const appointment = await book(anna, { from: 0 });
    const heads = appointment.index.heads();
    const cancelled = {
      ...slotOf(nineAtMs, hour),
      status: "cancelled",
    };
    expectAccepted(
      await anna.push(anna.sign(appointment, "slot", cancelled, { heads })),
    );
    expectAccepted(
      await ben.push(
        ben.setField(appointment, "attendance", "arrived", { heads }),
      ),
    );
    expect(await openTasks()).toMatchObject([
      { kind: "attendance", group: "slot" },
    ]);
  });
});
