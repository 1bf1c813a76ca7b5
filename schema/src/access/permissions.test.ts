import { describe, expect, test } from "vitest";
import fc from "fast-check";

import { appointment } from "../records/appointment.ts";
import { equipment } from "../records/equipment.ts";
import { groupOf } from "../records/record-types.ts";
import { member } from "../records/member.ts";
import { patient } from "../records/patient.ts";
import { serviceJob } from "../records/service-job.ts";
import { sutureRecords } from "../records/suture-records.ts";
import {
  mayCreate,
  mayMove,
  mayRead,
  mayResolve,
  maySign,
  mayWrite,
  permissionTable,
} from "./permissions.ts";
import { roles, type Role } from "./role.ts";

const holding = (...held: readonly Role[]): ReadonlySet<Role> => new Set(held);

describe("reading", () => {
  test("[AC-1] an auditor reads every type and writes, signs, resolves and moves nothing", () => {
    for (const type of sutureRecords)
      expect(mayRead(type, holding("auditor"))).toBe(true);
    const rows = permissionTable(sutureRecords);
    expect(
      rows.filter(
        (row) => row.verb !== "read" && row.roles.includes("auditor"),
      ),
    ).toEqual([]);
  });

  test("[AC-1] a technician reads equipment and jobs, not patients, not appointments", () => {
    const readable = sutureRecords
      .filter((type) => mayRead(type, holding("technician")))
      .map(({ type }) => type);
    expect(readable).toEqual([
      "organization",
      "team",
      "member",
      "profile",
      "equipment",
      "serviceJob",
    ]);
  });

  test("[AC-1] without a role nothing is allowed", () => {
    for (const type of sutureRecords) {
      expect(mayRead(type, holding())).toBe(false);
      expect(mayCreate(type, holding())).toBe(false);
      expect(mayMove(type, holding())).toBe(false);
    }
  });
});

describe("writing", () => {
  test("[AC-2] what a type does not declare may be written by nobody", () => {
    for (const name of ["nothing", "constructor", "prescribing", "__proto__"])
      expect(mayWrite(patient, name, holding(...roles))).toBe(false);
    expect(
      maySign(patient.groups.prescribing, ["nothing"], holding(...roles)),
    ).toBe(false);
    expect(
      maySign(patient.groups.prescribing, ["constructor"], holding(...roles)),
    ).toBe(false);
  });

  test("[AC-2] a receptionist keeps identity and bookings, and neither prescribes nor touches jobs", () => {
    const held = holding("receptionist");
    expect(mayWrite(patient, "telecom", held)).toBe(true);
    expect(mayWrite(patient, "measurements", held)).toBe(false);
    expect(maySign(patient.groups.identity, ["name"], held)).toBe(true);
    expect(maySign(patient.groups.prescribing, ["allergies"], held)).toBe(
      false,
    );
    expect(maySign(appointment.groups.slot, ["period"], held)).toBe(true);
    expect(
      permissionTable([serviceJob]).filter(
        (row) => row.verb !== "read" && row.roles.includes("receptionist"),
      ),
    ).toEqual([]);
  });

  test("[AC-2] a technician takes equipment out of service; only a manager settles a contest about it", () => {
    const { fitness } = equipment.groups;
    expect(maySign(fitness, ["operationalStatus"], holding("technician"))).toBe(
      true,
    );
    expect(mayResolve(fitness, holding("technician"))).toBe(false);
    expect(mayResolve(fitness, holding("manager"))).toBe(true);
    expect(
      maySign(serviceJob.groups.service, ["completion"], holding("technician")),
    ).toBe(true);
    expect(mayResolve(serviceJob.groups.service, holding("technician"))).toBe(
      false,
    );
  });

  test("[AC-2] only an admin gives rights, and only a clinician settles what is prescribed", () => {
    for (const role of roles) {
      const held = holding(role);
      expect(maySign(member.groups.membership, ["roles"], held)).toBe(
        role === "admin",
      );
      expect(mayResolve(member.groups.membership, held)).toBe(role === "admin");
      expect(mayResolve(patient.groups.prescribing, held)).toBe(
        role === "clinician",
      );
    }
  });

  test("[AC-3] a part with signers of its own is signed by those; every changed part must be allowed", () => {
    const { prescribing } = patient.groups;
    const narrowed = {
      ...prescribing,
      sign: ["clinician", "manager"],
      parts: {
        ...prescribing.parts,
        pregnancy: { ...prescribing.parts.pregnancy, sign: ["clinician"] },
      },
    } as const;
    expect(maySign(narrowed, ["medications"], holding("manager"))).toBe(true);
    expect(maySign(narrowed, ["pregnancy"], holding("manager"))).toBe(false);
    expect(
      maySign(narrowed, ["medications", "pregnancy"], holding("manager")),
    ).toBe(false);
    expect(
      maySign(narrowed, ["medications", "pregnancy"], holding("clinician")),
    ).toBe(true);
    expect(maySign(narrowed, [], holding("receptionist"))).toBe(false);
  });

  test("[AC-3] a narrower list is within the group's", () => {
    for (const type of sutureRecords)
      for (const name of Object.keys(type.groups)) {
        const group = groupOf(type, name);
        for (const part of Object.values(group?.parts ?? {}))
          for (const role of part.sign ?? [])
            expect(group?.sign).toContain(role);
      }
  });

  test("[AC-3] holding one more role never takes a right away", () => {
    const heldRoles = fc.subarray([...roles]);
    fc.assert(
      fc.property(heldRoles, fc.constantFrom(...roles), (some, more) => {
        const few = holding(...some);
        const many = holding(...some, more);
        for (const type of sutureRecords) {
          expect(mayRead(type, few) && !mayRead(type, many)).toBe(false);
          for (const name of Object.keys(type.fields))
            expect(
              mayWrite(type, name, few) && !mayWrite(type, name, many),
            ).toBe(false);
        }
      }),
    );
  });
});

describe("the table of permissions", () => {
  test("[AC-4] says what the functions decide, for every type, target and role", () => {
    const byType = new Map(sutureRecords.map((type) => [type.type, type]));
    const rows = permissionTable(sutureRecords);
    for (const { type: name, target, verb, roles: allowed } of rows) {
      const type = byType.get(name as (typeof sutureRecords)[number]["type"]);
      if (type === undefined) throw new Error(`no type ${name}`);
      const [groupName = "", part] = (target ?? "").split(".");
      const group = groupOf(type, groupName);
      for (const role of roles) {
        const held = holding(role);
        const decided = {
          read: () => mayRead(type, held),
          create: () => mayCreate(type, held),
          move: () => mayMove(type, held),
          write: () => mayWrite(type, groupName, held),
          sign: () =>
            group !== undefined &&
            maySign(group, part === undefined ? [] : [part], held),
          resolve: () => group !== undefined && mayResolve(group, held),
        }[verb]();
        expect(decided, `${name} ${target} ${verb} ${role}`).toBe(
          allowed.includes(role),
        );
      }
    }
    expect(
      new Set(rows.map(({ type, target, verb }) => `${type} ${target} ${verb}`))
        .size,
    ).toBe(rows.length);
  });
});
