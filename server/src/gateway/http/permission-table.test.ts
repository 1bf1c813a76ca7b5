/** Every role × record type × field, group and part × verb × where the person stands, through admission, against the database. */
import {
  roles,
  sutureRecords,
  type RecordId,
  type RecordType,
  type Role,
} from "@suture/schema";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { PushedChange } from "../../admission/judgement.ts";
import {
  answers,
  expectAccepted,
  membership,
  typeOf,
} from "../../admission/world.test-support.ts";
import { openSqliteStore } from "../../store/open-sqlite-store.ts";
import { serverMigrations } from "../../server-migrations.ts";
import { serverTables } from "../../server-tables.ts";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";
import {
  attemptsOn,
  createTarget,
  type Target,
} from "./permission-attempts.test-support.ts";
import {
  fieldsInTable,
  PermissionOracle,
  rights,
  type Attempt,
} from "./permission-oracle.test-support.ts";

/** Where somebody stands to the organization whose records they reach for. */
const standings = [
  "of the organization and the team",
  "of the organization, not of the team",
  "no longer active",
  "of another organization",
  "of none",
] as const;
type Standing = (typeof standings)[number];

let directory: string;
let world: HttpWorld;
let oracle: PermissionOracle;
let setter: Asker;
let otherTeamId: RecordId;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "permissions-"));
  const file = join(directory, "store.sqlite");
  const store = await openSqliteStore({
    file,
    tables: serverTables,
    migrations: serverMigrations,
  });
  world = await createHttpWorld({ store });
  const { admin, organizationId, teamId } = world.world;
  const other = admin.create(typeOf("team"), { parentId: organizationId });
  expectAccepted(await admin.push(other.pushed));
  otherTeamId = other.replica.recordId;
  const teamIds = [teamId, otherTeamId].sort();
  setter = await world.join(roles, { teamIds });
  oracle = new PermissionOracle(file);
});
afterAll(async () => {
  oracle.close();
  await world.store.close();
  rmSync(directory, { recursive: true, force: true });
});

test("[AC-5] the table that is held against the code names every type, field, group and part", () => {
  const named = Object.entries(rights).map(([type, { groups }]) => ({
    type,
    fields: fieldsInTable(type).toSorted(),
    parts: Object.entries(groups).map(([group, { parts }]) => [group, parts]),
  }));
  const declared = sutureRecords.map((type: RecordType) => ({
    type: type.type,
    fields: Object.keys(type.fields).toSorted(),
    parts: Object.entries(type.groups).map(([group, { parts }]) => [
      group,
      Object.keys(parts).join(" "),
    ]),
  }));
  expect(named).toEqual(declared);
});

describe.each(standings)("a person %s", (standing) => {
  test.each(["none", ...roles] as const)(
    "[AC-5] as %s gets what the database gives them, and nothing else",
    async (role) => {
      const targets = await targetsFor(role);
      const asker = await somebody(standing, role === "none" ? [] : [role]);
      const { author } = asker.colleague;
      const { organizationId } = world.world;
      const expectedOf = (attempt: Attempt) =>
        oracle.answerTo(author.personId, organizationId, attempt);
      const said = ({ type, verb, target }: Attempt, answer: string) =>
        `${type} ${verb} ${target}: ${answer}`;

      const tried = targets.flatMap((target) =>
        attemptsOn(asker.colleague, target),
      );
      const expected = tried.map(({ attempt }) =>
        said(attempt, expectedOf(attempt)),
      );
      const given = await asker.colleague.push(
        ...tried.flatMap(({ changes }) => changes),
      );
      const codes = answers(given);
      let position = -1;
      const answered = tried.map(({ attempt, changes }) => {
        position += changes.length;
        return said(attempt, codes[position] ?? "nothing");
      });
      expect(answered).toEqual(expected);

      for (const { replica } of targets) {
        const { recordId, type } = replica;
        const read = { type: type.type, verb: "read", target: "", recordId };
        const { status } = await asker.get(`/v1/records/${recordId}`);
        const isRead = expectedOf(read as Attempt) === "accepted";
        expect([type.type, status]).toEqual([type.type, isRead ? 200 : 404]);
      }
    },
    20_000,
  );
});

async function somebody(
  standing: Standing,
  held: readonly Role[],
): Promise<Pick<Asker, "colleague" | "get">> {
  switch (standing) {
    case "of the organization and the team":
      return world.join(held);
    case "of the organization, not of the team":
      return world.join(held, { teamIds: [otherTeamId] });
    case "no longer active": {
      const asker = await world.join(held);
      const { admin, teamId } = world.world;
      const gone = { ...membership(held, [teamId]), active: false };
      const left = admin.sign(asker.member, "membership", gone);
      expectAccepted(await admin.push(left));
      return asker;
    }
    case "of another organization": {
      const house = await world.found();
      return world.join(held, { house });
    }
    case "of none":
      return world.stranger();
  }
}

const targetsByRole = new Map<Role | "none", readonly Target[]>();

/** One record of each type, written by somebody who may do everything. What is tried on them, everybody tries at their creation. */
async function targetsFor(role: Role | "none"): Promise<readonly Target[]> {
  const known = targetsByRole.get(role);
  if (known !== undefined) return known;
  const pushed: PushedChange[] = [];
  const targets = sutureRecords.map((type) =>
    createTarget(setter.colleague, world.world, type, pushed),
  );
  expectAccepted(await setter.colleague.push(...pushed));
  targetsByRole.set(role, targets);
  return targets;
}
