/** What people do with forms: open them, write in them, leave them open, save them. */
import { mayRead } from "@suture/schema";

import type { Step } from "../run.ts";
import { done, type Activity } from "./activity.ts";
import type { ChartKind } from "./chart-kind.ts";
import type { Desk } from "./desk.ts";
import type { Chart, ChartType } from "./hospital.ts";
import { createRecord, type NewRecordType } from "./new-record.ts";
import type { OpenForm } from "./open-form.ts";
import { isOffered } from "./way-to-write.ts";

type Kinds = Readonly<Record<ChartType, ChartKind>>;

const maxOpenForms = 4;

export function formSteps(kinds: Kinds): readonly Activity[] {
  return [
    {
      name: "edit",
      weight: 22,
      isAlways: true,
      offer(desk) {
        const { person } = desk;
        const chart = pickChart(desk, kinds);
        if (person === undefined || chart === null) return null;
        return done(
          "edit",
          desk,
          person,
          `writes in ${chart.name}`,
          async () => {
            const form = await kinds[chart.type].openForm(desk, chart);
            if (form === undefined) return;
            writeSome(desk, form);
            await form.save();
          },
        );
      },
    },
    {
      name: "open-form",
      weight: 12,
      offer(desk) {
        const { person } = desk;
        const chart = pickChart(desk, kinds);
        if (person === undefined || chart === null) return null;
        if (desk.forms.length >= maxOpenForms) return null;
        return done(
          "open-form",
          desk,
          person,
          `opens ${chart.name}, and is called away,`,
          async () => {
            const form = await kinds[chart.type].openForm(desk, chart);
            if (form === undefined) return;
            if (desk.house.pen.random.happens(0.5)) writeSome(desk, form);
            desk.leaveOpen(form);
          },
        );
      },
    },
    {
      name: "edit-at-once",
      weight: 10,
      offer: (desk) => editAtOnce(desk, kinds),
    },
    {
      name: "move-job",
      weight: 2,
      offer: (desk) => moveJob(desk, kinds),
    },
    withForm("save-form", 60, "saves the form on", async (desk, form) => {
      if (!form.isTouched || desk.house.pen.random.happens(0.4))
        writeSome(desk, form);
      const outcome = await form.save();
      if (outcome.kind !== "saved" || desk.house.pen.random.happens(0.6))
        desk.closeForm(form);
    }),
    withForm("write-in-form", 5, "goes on writing in", async (desk, form) => {
      writeSome(desk, form);
    }),
    withForm("acknowledge", 5, "brings up to date", async (_desk, form) => {
      form.acknowledge();
    }),
    withForm("discard-form", 1, "closes, unsaved,", async (desk, form) => {
      desk.closeForm(form);
    }),
    ...(["patient", "appointment", "equipment", "serviceJob"] as const).map(
      (type): Activity => createSteps(kinds, type),
    ),
  ];
}

/** Two colleagues have the same form in front of them, and neither knows of the other. */
function editAtOnce(desk: Desk, kinds: Kinds): Step | null {
  const { person, house } = desk;
  const { chart, group } = house.focus;
  const kind = kinds[chart.type];
  const colleagues = house.desks.filter(
    (other) => other !== desk && isOffered(kind.type, group, other.roles),
  );
  if (person === undefined || colleagues.length === 0) return null;
  if (!isOffered(kind.type, group, desk.roles)) return null;
  const other = house.pen.random.pick(colleagues);
  const whom = other.person?.name ?? "somebody";
  const what = `and ${whom} on ${other.name} write in ${chart.name} at once,`;
  return done("edit-at-once", desk, person, what, async () => {
    const forms = [
      await kind.openForm(desk, chart),
      await kind.openForm(other, chart),
    ];
    for (const form of forms) form?.write(group);
    for (const form of forms) await form?.save();
  });
}

/** Another team takes a job over: the record leaves one log for another. */
function moveJob(desk: Desk, kinds: Kinds): Step | null {
  const { person, house, roles } = desk;
  const { type } = kinds.serviceJob;
  const mayMove = type.move?.some((role) => roles.has(role)) === true;
  if (person === undefined || !mayMove) return null;
  const chart = house.pickOfType("serviceJob");
  const { random } = house.pen;
  return done("move-job", desk, person, `moves ${chart.name}`, async () => {
    const form = await kinds.serviceJob.openForm(desk, chart);
    if (form === undefined) return;
    form.moveTo(random.pick(Object.values(house.hospital.teams)));
    if (random.happens(0.3)) writeSome(desk, form);
    await form.save();
  });
}

function createSteps(kinds: Kinds, type: NewRecordType): Activity {
  const name = `create-${type}`;
  return {
    name,
    weight: type === "appointment" ? 4 : 1,
    offer(desk) {
      const { person } = desk;
      if (person === undefined) return null;
      const mayCreate = kinds[type].type.create.some((role) =>
        desk.roles.has(role),
      );
      if (!mayCreate && !desk.house.pen.random.happens(0.05)) return null;
      return done(name, desk, person, `begins a new ${type}`, () =>
        createRecord(desk, person, type),
      );
    },
  };
}

/** Something done to a form that lies open. Mostly by whoever opened it. */
function withForm(
  name: string,
  weight: number,
  what: string,
  run: (desk: Desk, form: OpenForm) => Promise<void>,
): Activity {
  return {
    name,
    weight,
    offer(desk) {
      const { person } = desk;
      const { random } = desk.house.pen;
      if (person === undefined || desk.forms.length === 0) return null;
      const form = random.pick(desk.forms);
      const isOwn = form.person.personId === person.personId;
      if (!isOwn && !random.happens(0.05)) return null;
      const whose = isOwn ? "" : ` that ${form.person.name} had opened`;
      return done(
        name,
        desk,
        person,
        `${what} ${form.chart.name}${whose}`,
        () => run(desk, form),
      );
    },
  };
}

function writeSome(desk: Desk, form: OpenForm): void {
  const { pen, focus } = desk.house;
  const count = pen.random.pick([1, 1, 1, 2, 3]);
  for (let written = 0; written < count; written += 1) {
    const isWanted =
      form.chart.type === focus.chart.type && pen.random.happens(0.5);
    form.write(isWanted ? focus.group : undefined);
  }
}

/** One that the person is shown in their app. */
function pickChart(desk: Desk, kinds: Kinds): Chart | null {
  const chart = desk.house.pickChart();
  return mayRead(kinds[chart.type].type, desk.roles) ? chart : null;
}
