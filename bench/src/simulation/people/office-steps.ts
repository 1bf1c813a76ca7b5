/** What admins do: change memberships, end a device, take over work that was refused. */
import { done, type Activity } from "./activity.ts";
import type { ChartKind } from "./chart-kind.ts";
import type { Chart, ChartType } from "./hospital.ts";

type Kinds = Readonly<Record<ChartType, ChartKind>>;

export function officeSteps(kinds: Kinds): readonly Activity[] {
  return [
    {
      name: "change-membership",
      weight: 3,
      offer(desk) {
        const { person, house } = desk;
        const { random } = house.pen;
        if (person === undefined || !desk.roles.has("admin")) return null;
        const of = random.pick(house.hospital.people);
        // The founder stays: a house without an admin has nobody to give rights back.
        if (of === house.hospital.people[0]) return null;
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
            await form.save();
          },
        );
      },
    },
  ];
}
