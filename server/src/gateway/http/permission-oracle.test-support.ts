/**
 * Who may do what, said a second time: a table written out by hand, and what the database file says of a person, read with plain
 * SQL. Nothing here asks the code that decides.
 */
import type { PersonId, RecordId, Role } from "@suture/schema";
import Database from "better-sqlite3";
import { z } from "zod";

const letters: Readonly<Record<string, Role>> = {
  A: "admin",
  C: "clinician",
  M: "manager",
  R: "receptionist",
  T: "technician",
  U: "auditor",
};

interface GroupRights {
  readonly parts: string;
  readonly sign: string;
  readonly resolve: string;
}

interface TypeRights {
  readonly read: string;
  readonly create: string;
  readonly move: string;
  /** Its records belong to a team, and only that team's members know them. */
  readonly isOfTeam: boolean;
  /** By who writes them, fields. */
  readonly fields: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, GroupRights>>;
}

const everyone = "ACMRTU";
const statusBy = (sign: string): GroupRights => ({
  parts: "status",
  sign,
  resolve: sign,
});

/** A letter for each role. */
export const rights: Readonly<Record<string, TypeRights>> = {
  organization: {
    read: everyone,
    create: "",
    move: "",
    isOfTeam: false,
    fields: { AM: "name identifiers telecom address notes" },
    groups: { recordStatus: statusBy("A") },
  },
  team: {
    read: everyone,
    create: "A",
    move: "",
    isOfTeam: false,
    fields: {
      AM: "name identifiers telecom address locations notes",
      A: "kind",
    },
    groups: { recordStatus: statusBy("A") },
  },
  member: {
    read: everyone,
    create: "A",
    move: "",
    isOfTeam: false,
    fields: { AM: "displayName identifiers" },
    groups: {
      recordStatus: statusBy("A"),
      membership: { parts: "roles teams active", sign: "A", resolve: "A" },
    },
  },
  profile: {
    read: everyone,
    create: "AMR",
    move: "",
    isOfTeam: false,
    fields: {
      AMR: "memberId name gender telecom address qualification function specialty languages photo",
    },
    groups: { recordStatus: statusBy("AMR") },
  },
  patient: {
    read: "CMRU",
    create: "CMR",
    move: "",
    isOfTeam: false,
    fields: {
      CMR: "telecom address contact communication maritalStatus generalPractitioner notes attachments",
      C: "measurements",
    },
    groups: {
      recordStatus: statusBy("CMR"),
      prescribing: {
        parts: "medications allergies problems pregnancy",
        sign: "C",
        resolve: "C",
      },
      identity: {
        parts: "name birthDate gender identifiers deceased link",
        sign: "CMR",
        resolve: "CMR",
      },
    },
  },
  appointment: {
    read: "CMRU",
    create: "CMR",
    move: "",
    isOfTeam: true,
    fields: {
      CMR: "attendance description serviceType reasonCode encounter notes",
    },
    groups: {
      recordStatus: statusBy("CMR"),
      slot: {
        parts: "status period participants",
        sign: "CMR",
        resolve: "CMR",
      },
    },
  },
  equipment: {
    read: everyone,
    create: "MT",
    move: "",
    isOfTeam: false,
    fields: {
      MT: "deviceName udiCarrier identifiers status type manufacturer modelNumber serialNumber lotNumber manufactureDate expirationDate teamId readings attachments",
      CMRT: "locationId locationText useCount notes",
      CM: "patientId",
    },
    groups: {
      recordStatus: statusBy("M"),
      fitness: {
        parts: "operationalStatus quarantine safetyNotices",
        sign: "MT",
        resolve: "M",
      },
    },
  },
  serviceJob: {
    read: everyone,
    create: "CMT",
    move: "MT",
    isOfTeam: true,
    fields: {
      CMT: "equipmentId priority code requester requestedStart requestedEnd description notes attachments",
      MT: "assigneeId workStatus intent identifiers readings",
    },
    groups: {
      recordStatus: statusBy("MT"),
      service: {
        parts: "partsReplaced safetyTest completion",
        sign: "MT",
        resolve: "M",
      },
    },
  },
};

/** The fields of a type that the table names. */
export function fieldsInTable(type: string): readonly string[] {
  return Object.values(rights[type]?.fields ?? {}).flatMap((names) =>
    names.split(" "),
  );
}

export type Verb =
  | "read"
  | "create"
  | "move"
  | "write"
  | "sign"
  | "combine"
  | "choose"
  | "write what is not declared";

export interface Attempt {
  readonly type: string;
  readonly verb: Verb;
  /** A field or group. */
  readonly target: string;
  /** The record it is about; of a creation, the parent. */
  readonly recordId: RecordId;
}

const parentRow = z.object({ parentId: z.string().nullable() });
const membershipRow = z.object({
  roles: z.string(),
  teams: z.string(),
  active: z.number(),
});

/** Reads the file of a server that is running; give it `close()`. */
export class PermissionOracle {
  readonly #db: Database.Database;

  constructor(file: string) {
    this.#db = new Database(file, { readonly: true });
  }

  close(): void {
    this.#db.close();
  }

  /** `accepted`, or the code that the person is given by the organization's tables. */
  answerTo(
    personId: PersonId,
    organizationId: RecordId,
    attempt: Attempt,
  ): string {
    const { type, verb, target, recordId } = attempt;
    const mine = rights[type];
    if (mine === undefined) throw new Error(`the table has no ${type}`);
    const houses = this.#housesOf(personId);
    if (houses.length === 0) return "author-unknown";
    const roles = this.#rolesIn(personId, organizationId);
    if (roles === null) {
      // A record of another organization is as one that nobody has: a change of it lacks what it builds on, a child its parent.
      if (verb !== "create") return "missing-dependencies";
      const elsewhere = this.#rolesIn(personId, houses[0] ?? "");
      return elsewhere !== null && holds(elsewhere.roles, mine.create)
        ? "parent-not-here"
        : "not-permitted";
    }
    if (!roles.isActive) return "not-permitted";
    if (verb === "create") {
      const isOfTeam = !mine.isOfTeam || roles.teams.includes(recordId);
      return holds(roles.roles, mine.create) && isOfTeam
        ? "accepted"
        : "not-permitted";
    }
    const isKnown =
      holds(roles.roles, mine.read) &&
      (!mine.isOfTeam ||
        roles.teams.includes(this.#parentOf(organizationId, recordId)));
    if (!isKnown) return "missing-dependencies";
    if (verb === "read") return "accepted";
    if (verb === "write what is not declared") return "unknown-field";
    return holds(roles.roles, whoMay(mine, verb, target))
      ? "accepted"
      : "not-permitted";
  }

  #housesOf(personId: PersonId): readonly string[] {
    const rows = this.#db
      .prepare(
        `SELECT json_extract(value, '$.organizationId') AS house FROM kv_members_of_person
         WHERE "partition" = 'system' AND key > :person || ' ' AND key < :person || '!'`,
      )
      .all({ person: personId });
    return z
      .array(z.object({ house: z.string() }))
      .parse(rows)
      .map(({ house }) => house);
  }

  /** By the last statement of the person's member record; null for somebody who is no member there. */
  #rolesIn(personId: PersonId, organizationId: string) {
    const row: unknown = this.#db
      .prepare(
        `SELECT json_extract(statement.text, '$.content.roles') AS roles,
                json_extract(statement.text, '$.content.teams') AS teams,
                json_extract(statement.text, '$.content.active') AS active
         FROM (
           SELECT json_extract(signed.value, '$.text') AS text,
                  CAST(substr(signed.key, instr(signed.key, ' ') + 1) AS INTEGER) AS counter
           FROM kv_members_of_person AS member
           JOIN kv_statements AS signed
             ON signed."partition" = :house
            AND signed.key > json_extract(member.value, '$.memberId') || ' '
            AND signed.key < json_extract(member.value, '$.memberId') || '!'
           WHERE member."partition" = 'system'
             AND member.key > :person || ' ' || :house || ' '
             AND member.key < :person || ' ' || :house || '!'
             AND json_extract(signed.value, '$.group') = 'membership'
         ) AS statement ORDER BY counter DESC LIMIT 1`,
      )
      .get({ person: personId, house: organizationId });
    if (row === undefined) return null;
    const { roles, teams, active } = membershipRow.parse(row);
    const names = z.array(z.string());
    return {
      roles: names.parse(JSON.parse(roles)),
      teams: names.parse(JSON.parse(teams)),
      isActive: active === 1,
    };
  }

  #parentOf(organizationId: RecordId, recordId: RecordId): string {
    const row: unknown = this.#db
      .prepare(
        `SELECT json_extract(value, '$.parentId') AS parentId FROM kv_records WHERE "partition" = ? AND key = ?`,
      )
      .get(organizationId, recordId);
    return parentRow.parse(row).parentId ?? "";
  }
}

function whoMay(
  { move, fields, groups }: TypeRights,
  verb: Exclude<Verb, "read" | "create" | "write what is not declared">,
  target: string,
): string {
  switch (verb) {
    case "move":
      return move;
    case "write": {
      const found = Object.entries(fields).find(([, names]) =>
        names.split(" ").includes(target),
      );
      return found?.[0] ?? "";
    }
    case "sign":
    case "combine":
      return groups[target]?.sign ?? "";
    case "choose":
      return groups[target]?.resolve ?? "";
  }
}

function holds(roles: readonly string[], allowed: string): boolean {
  return [...allowed].some((letter) => roles.includes(letters[letter] ?? ""));
}
