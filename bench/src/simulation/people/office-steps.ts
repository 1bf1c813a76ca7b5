/** What admins do: change memberships, end a device, take over work that was refused. */
import { changeHashSchema, recordIdSchema } from "@suture/schema";
import { z } from "zod";

import { done, type Activity } from "./activity.ts";
import { askServer } from "./ask-server.ts";
import type { ChartKind } from "./chart-kind.ts";
import type { Desk } from "./desk.ts";
import type { Chart, ChartType, DeviceName, Person } from "./hospital.ts";

type Kinds = Readonly<Record<ChartType, ChartKind>>;

/** Those without an admin: a house must be able to go on. */
const mayBeLost: readonly DeviceName[] = ["ward", "mbare", "tablet"];

export function officeSteps(kinds: Kinds): readonly Activity[] {
  let isDeviceLost = false;
  return [
    {
      name: "change-membership",
      weight: 6,
      offer(desk) {
        const { person, house } = desk;
        const { random } = house.pen;
        if (person === undefined || !desk.roles.has("admin")) return null;
        // The founder stays: a house without an admin has nobody to give rights back.
        const [founder] = house.hospital.people;
        const others = house.hospital.people.filter((one) => one !== founder);
        const atWork = others.filter((one) =>
          house.desks.some((other) => other.person === one),
        );
        const of = random.pick(
          atWork.length > 0 && random.happens(0.6) ? atWork : others,
        );
        const chart: Chart = {
          recordId: of.memberId,
          type: "member",
          name: `the membership of ${of.name}`,
        };
        return done(
          "change-membership",
          desk,
          person,
          `changes ${chart.name}`,
          async () => {
            const form = await kinds.member.openForm(desk, chart);
            if (form === undefined || form.write() === null) return;
            if (random.happens(0.2)) {
              desk.leaveOpen(form);
              return;
            }
            await form.save();
            const theirs = house.desks.find(
              (other) => other !== desk && other.person === of,
            );
            if (theirs !== undefined) await writeUnknowing(theirs, kinds);
          },
        );
      },
    },
    {
      name: "revoke-device",
      weight: 0.25,
      offer(desk) {
        const { person, house } = desk;
        if (person === undefined || isDeviceLost) return null;
        if (!desk.roles.has("admin")) return null;
        const lost = house.pen.random.pick(mayBeLost);
        return done(
          "revoke-device",
          desk,
          person,
          `revokes the lost device ${lost}`,
          async () => {
            isDeviceLost = true;
            await revoke(desk, person, lost);
          },
        );
      },
    },
    {
      name: "adopt-stranded",
      weight: 2,
      offer(desk) {
        const { person } = desk;
        const isDecider = desk.roles.has("admin") || desk.roles.has("manager");
        if (person === undefined || !isDecider) return null;
        return done(
          "adopt-stranded",
          desk,
          person,
          "looks at what was refused to others",
          () => adoptOne(desk, person),
        );
      },
    },
  ];
}

/** Somebody goes on as they may until they hear that they may not. */
async function writeUnknowing(desk: Desk, kinds: Kinds): Promise<void> {
  const { focus, pen } = desk.house;
  const chart = pen.random.happens(0.5) ? focus.chart : desk.house.pickChart();
  const form = await kinds[chart.type].openForm(desk, chart);
  form?.write();
  await form?.save();
}

async function revoke(
  desk: Desk,
  person: Person,
  revokedDevice: DeviceName,
): Promise<void> {
  const { organizationId, deviceIds } = desk.house.hospital;
  const deviceId = deviceIds[revokedDevice];
  const { isAsked, answer } = await askServer(
    desk,
    `/v1/organizations/${organizationId}/devices/${deviceId}/revoke`,
    {},
  );
  const isCertain = answer?.status === 204;
  if (isCertain || (isAsked && answer === undefined))
    desk.note({ kind: "device-revoked", deviceId, isCertain }, person);
}

const strandedList = z.object({
  stranded: z.array(z.object({ recordId: recordIdSchema, hash: z.string() })),
});
const adoption = z.object({ state: z.object({ as: changeHashSchema }) });

async function adoptOne(desk: Desk, person: Person): Promise<void> {
  const { pen, hospital } = desk.house;
  const path = `/v1/organizations/${hospital.organizationId}/stranded`;
  const listed = strandedList.safeParse(
    (await askServer(desk, path)).answer?.body,
  );
  if (!listed.success || listed.data.stranded.length === 0) return;
  const { recordId, hash } = pen.random.pick(listed.data.stranded);
  const { isAsked, answer } = await askServer(desk, `${path}/${hash}/adopt`, {
    reason: pen.unique("It is right"),
  });
  const adopted = adoption.safeParse(answer?.body);
  const adoptedAs = adopted.success ? adopted.data.state.as : undefined;
  if (adopted.success || (isAsked && answer === undefined))
    desk.note({ kind: "stranded-adopted", recordId, hash, adoptedAs }, person);
}
