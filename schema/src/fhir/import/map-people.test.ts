import { describe, expect, test } from "vitest";

import { clinic, plan, only, outcomesOf } from "./small-import.contract.ts";

describe("people and places", () => {
  const nurse = {
    resourceType: "Practitioner",
    id: "n",
    active: true,
    name: [{ family: "Dube", prefix: ["Sr"] }],
  };
  const role = {
    resourceType: "PractitionerRole",
    id: "r",
    practitioner: { reference: "Practitioner/n" },
    organization: { reference: "Organization/c" },
    specialty: [{ text: "midwifery" }],
  };

  test("[IM-1] a practitioner is a member without any role, in the teams its roles name, with a profile", () => {
    const result = plan(role, nurse, clinic);
    const member = only("member", result);
    expect(member.groups["membership"]).toEqual({
      roles: [],
      teams: [only("team", result).recordId],
      active: true,
    });
    expect(member.fields["displayName"]).toBe("Sr Dube");
    const profile = only("profile", result);
    expect(profile.fields["memberId"]).toBe(member.recordId);
    expect(Object.values(profile.entries["specialty"] ?? {})).toEqual([
      { status: "active", text: "midwifery" },
    ]);
  });

  test("[IM-3] a role without its practitioner fails, and makes nobody up", () => {
    const result = plan(role, clinic);
    expect(outcomesOf(result)["PractitionerRole/r"]).toBe(
      "failed: practitioner-not-found",
    );
    expect(result.drafts.map(({ type }) => type)).toEqual(["team"]);
  });

  test("[IM-1] a location is an entry of its organization's team, also through the place it is part of", () => {
    const wing = {
      resourceType: "Location",
      id: "w",
      name: "Wing",
      managingOrganization: { reference: "Organization/c" },
    };
    const room = {
      resourceType: "Location",
      id: "1",
      name: "Room 1",
      partOf: { reference: "Location/w" },
    };
    const result = plan(room, wing, clinic, {
      resourceType: "Location",
      id: "home",
      name: "At home",
    });
    expect(
      Object.values(only("team", result).entries["locations"] ?? {}),
    ).toMatchObject([{ name: "Room 1" }, { name: "Wing" }]);
    expect(outcomesOf(result)["Location/home"]).toBe("skipped: no-team");
  });
});
