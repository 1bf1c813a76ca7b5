import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";

import { roles } from "../access/role.ts";
import type { Allergy } from "../fhir/allergy.ts";
import type { Medication } from "../fhir/medication.ts";
import {
  defineRecord,
  group,
  ordered,
  scalar,
  set,
  value,
  type Field,
  type FieldValues,
  type GroupContent,
} from "./define-record.ts";
import { member } from "./member.ts";
import { patient } from "./patient.ts";
import { recordStatus } from "./record-status.ts";
import { createRecordTypes, groupOf, readRootKey } from "./record-types.ts";
import { serviceJob } from "./service-job.ts";
import { sutureRecords } from "./suture-records.ts";

const groupsOfDesign: Readonly<Record<string, readonly string[]>> = {
  organization: [],
  team: [],
  member: ["membership"],
  profile: [],
  patient: ["prescribing", "identity"],
  appointment: ["slot"],
  equipment: ["fitness"],
  serviceJob: ["service"],
};

describe("the declarations", () => {
  test("[RC-1] the eight types have the groups of the design, and each has recordStatus", () => {
    const types = createRecordTypes(sutureRecords);
    expect(
      Object.fromEntries(
        types.list.map(({ type, groups }) => [
          type,
          Object.keys(groups).filter((name) => name !== "recordStatus"),
        ]),
      ),
    ).toEqual(groupsOfDesign);
    for (const type of types.list)
      expect(groupOf(type, "recordStatus"), type.type).toBeDefined();
  });

  test("[RC-1] appointments and service jobs belong to a team, everything else to the organization", () => {
    const ofTeams = sutureRecords
      .filter(({ scope }) => scope === "team")
      .map(({ type }) => type);
    expect(ofTeams).toEqual(["appointment", "serviceJob"]);
    expect(
      sutureRecords
        .filter(({ parent }) => parent === null)
        .map(({ type }) => type),
    ).toEqual(["organization"]);
  });

  test("[RC-1] the most critical groups are prescribing, fitness and membership, then service", () => {
    const priorities = sutureRecords.flatMap((type) =>
      Object.entries(type.groups).map(([name, { priority }]) => [
        name,
        priority,
      ]),
    );
    expect(Object.fromEntries(priorities)).toEqual({
      recordStatus: 2,
      membership: 0,
      prescribing: 0,
      identity: 2,
      slot: 2,
      fitness: 0,
      service: 1,
    });
  });

  test("[RC-2] what stands before anyone has signed is valid, and passes the group's check", () => {
    for (const type of sutureRecords) {
      for (const name of Object.keys(type.groups)) {
        const definition = groupOf(type, name);
        const content = Object.fromEntries(
          Object.entries(definition?.parts ?? {}).map(([partName, part]) => [
            partName,
            part.kind === "value" ? part.initial : {},
          ]),
        );
        for (const [partName, part] of Object.entries(definition?.parts ?? {}))
          if (part.kind === "value")
            expect(part.schema.safeParse(part.initial).success, partName).toBe(
              true,
            );
        expect(definition?.check?.(content) ?? null, name).toBeNull();
      }
    }
  });

  test("[RC-3] schemas only validate: what they accept comes out as it went in, and nothing is added", () => {
    const number = {
      status: "active",
      system: "phone",
      value: " 0772 000 000 ",
    };
    const { schema } = patient.fields.telecom;
    expect(schema.parse(number)).toEqual(number);
    expect(schema.safeParse({ ...number, nickname: "x" }).success).toBe(false);
    expect(schema.safeParse({ ...number, use: undefined }).success).toBe(false);
    expect(schema.safeParse({ ...number, use: null }).success).toBe(false);
  });

  test("[RC-4] a set whose entries are written once says so with a status its schema knows", () => {
    for (const type of sutureRecords) {
      const fields: readonly (readonly [string, Field])[] = Object.entries(
        type.fields,
      );
      for (const [name, field] of fields) {
        if (
          field.kind !== "set" ||
          !["notes", "readings", "measurements"].includes(name)
        )
          continue;
        expect(field.appendOnlyUntil, `${type.type}.${name}`).toBe(
          "entered-in-error",
        );
      }
    }
  });
});

describe("a type of an app's own", () => {
  const vaccineFridge = {
    type: "vaccineFridge",
    scope: "team",
    parent: "team",
    read: roles,
    create: ["manager"],
    groups: {
      recordStatus: recordStatus(["manager"]),
      cold: group({
        sign: ["clinician"],
        resolve: ["manager"],
        priority: 0,
        parts: {
          discard: value<boolean>({
            schema: z.boolean(),
            initial: false,
            cautious: (values) => values.some((discard) => discard),
          }),
        },
      }),
    },
  } as const;
  const fields = {
    place: scalar(z.string().max(50), ["manager"]),
    alarm: ordered(["quiet", "ringing", "answered"], ["clinician"]),
    logs: set(z.strictObject({ celsius: z.string() }), ["clinician"]),
  };

  test("[RC-5] a field is one line: its key, its validation and its type follow from the declaration", () => {
    const before = defineRecord({ ...vaccineFridge, fields });
    const after = defineRecord({
      ...vaccineFridge,
      fields: { ...fields, shelves: scalar(z.int(), ["manager"]) },
    });
    expect(readRootKey(before, "shelves").ok).toBe(false);
    expect(readRootKey(after, "shelves")).toMatchObject({
      ok: true,
      value: { kind: "field", name: "shelves" },
    });
    expect(after.fields.shelves.schema.safeParse(4).success).toBe(true);
    expect(after.fields.shelves.schema.safeParse("4").success).toBe(false);
    expectTypeOf<FieldValues<typeof after>["shelves"]>().toEqualTypeOf<
      number | undefined
    >();
  });

  test("[RC-5] fields and groups have the type that their schemas say", () => {
    const type = defineRecord({ ...vaccineFridge, fields });
    expectTypeOf<FieldValues<typeof type>["place"]>().toEqualTypeOf<
      string | undefined
    >();
    expectTypeOf<FieldValues<typeof type>["alarm"]>().toEqualTypeOf<
      "quiet" | "ringing" | "answered" | undefined
    >();
    expectTypeOf<FieldValues<typeof type>["logs"]>().toEqualTypeOf<
      Readonly<Record<string, { celsius: string }>>
    >();
    expectTypeOf<
      GroupContent<typeof type, "cold">["discard"]
    >().toEqualTypeOf<boolean>();
    expectTypeOf<
      GroupContent<typeof patient, "prescribing">["allergies"]
    >().toEqualTypeOf<Readonly<Record<string, Allergy>>>();
    expectTypeOf<
      GroupContent<typeof patient, "prescribing">["medications"]
    >().toEqualTypeOf<Readonly<Record<string, Medication>>>();
    expectTypeOf<
      FieldValues<typeof serviceJob>["description"]
    >().toEqualTypeOf<string>();
    expect(
      createRecordTypes([...sutureRecords, type]).get("vaccineFridge"),
    ).toBe(type);
  });

  test.each(["recordId", "archive", "Shelves", "two words", "a/b"])(
    "[RC-6] %j is no name for a field",
    (name) => {
      expect(() =>
        defineRecord({
          ...vaccineFridge,
          fields: { [name]: scalar(z.int(), ["manager"]) },
        }),
      ).toThrow("bad name");
    },
  );

  test("[RC-6] a name used for a field and a group, two types of a name, and a basis that is no set are refused", () => {
    expect(() =>
      defineRecord({
        ...vaccineFridge,
        fields: { cold: scalar(z.int(), ["manager"]) },
      }),
    ).toThrow("declared twice");
    expect(() =>
      defineRecord({
        ...vaccineFridge,
        fields,
        groups: { cold: { ...vaccineFridge.groups.cold, basedOn: "place" } },
      }),
    ).toThrow("not a set");
    expect(() => createRecordTypes([member, member])).toThrow("same name");
  });
});
