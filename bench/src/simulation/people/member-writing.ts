import type { member } from "@suture/schema";

import type { Hospital } from "./hospital.ts";
import type { WayToWrite } from "./way-to-write.ts";

/** What admins do to a membership: narrow it, end it, give back what there was on the first day. */
export function memberWriting({
  people,
}: Pick<Hospital, "people">): readonly WayToWrite<typeof member>[] {
  return [
    {
      target: "membership",
      weight: 1,
      write({ membership }) {
        if (!membership.active) return null;
        membership.active = false;
        return "group";
      },
    },
    {
      target: "membership",
      weight: 2,
      write({ membership }, pen) {
        if (membership.roles.length === 0) return null;
        const lost = pen.random.pick(membership.roles);
        membership.roles = membership.roles.filter((role) => role !== lost);
        return "group";
      },
    },
    {
      target: "membership",
      weight: 2,
      write({ membership }, pen) {
        if (membership.teams.length === 0) return null;
        const left = pen.random.pick(membership.teams);
        membership.teams = membership.teams.filter((team) => team !== left);
        return "group";
      },
    },
    {
      target: "membership",
      weight: 6,
      write({ membership }, _pen, recordId) {
        const person = people.find(({ memberId }) => memberId === recordId);
        if (person === undefined) return null;
        membership.roles = person.roles.toSorted();
        membership.teams = person.teamIds;
        membership.active = true;
        return "group";
      },
    },
  ];
}
