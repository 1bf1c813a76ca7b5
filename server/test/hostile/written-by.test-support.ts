/** What people of the house are told when they write: the attack of a case, in one line. */
import { encodeStatement, type Content, type RecordId } from "@suture/schema";
import type { Replica } from "../../src/admission/author.test-support.ts";
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";

/** By role, or by where they belong. */
type Role =
  | "receptionist"
  | "technician"
  | "manager"
  | "auditor"
  | "clinician"
  | "admin"
  | "southern"
  | "stranger";

/** Of one value at the root of a record. */
export function edits(
  role: Role,
  record: (house: House) => Replica | Promise<Replica>,
  key: string,
  set: string | number | boolean | null,
): HostileCase["attack"] {
  return async (house) => {
    const replica = await record(house);
    return house[role].answerTo(house[role].compose(replica, [{ key, set }]));
  };
}

/** Of a statement in their own name. */
export function signsIn(
  role: Role,
  record: (house: House) => Replica | Promise<Replica>,
  group: string,
  content: (house: House) => Content,
): HostileCase["attack"] {
  return async (house) => {
    const by = house[role];
    const attribution = by.attribution();
    const set = encodeStatement({ attribution, content: content(house) });
    const replica = await record(house);
    return by.answerTo(by.compose(replica, [{ key: group, set }]));
  };
}

/** Of a new record. */
export function creating(
  role: Role,
  type: Parameters<Actor["create"]>[0],
  parentOf: (house: House) => RecordId,
): HostileCase["attack"] {
  return (house) =>
    house[role].answerTo(
      house[role].create(type, { parentId: parentOf(house) }).pushed,
    );
}
