/**
 * What each member may do, projected from the member records in the transaction that admits a statement of one. While a
 * membership is in conflict the lesser rights count: what every candidate gives. A member entered in error has none. SPEC AD-9.
 */
import {
  groupOf,
  partsOf,
  readGroup,
  recordIdSchema,
  roleSchema,
} from "@suture/schema";
import type {
  ReadTransaction,
  RecordId,
  RecordType,
  WriteTransaction,
} from "@suture/schema";
import { z } from "zod";
import type { RecordView } from "../log/record-view.ts";
import { statementsNeeded } from "../log/statements-needed.ts";
import { membersTable, type MemberRow } from "./admission-tables.ts";
import type { AdmissionPlan } from "./judge-change.ts";
import type { Standing } from "./judgement.ts";

export const memberType = "member";
const rightsSchema = z.object({
  roles: z.array(roleSchema),
  teams: z.array(recordIdSchema),
  active: z.boolean(),
});

/** A member's rights as they count now; undefined for somebody who is no member here. */
export async function readMember(
  tx: ReadTransaction,
  memberId: RecordId,
): Promise<MemberRow | undefined> {
  return tx.get(membersTable, [memberId]);
}

export function standingFrom(row: MemberRow): Standing {
  const { roles, teamIds, isActive } = row;
  return { roles: new Set(roles), teamIds: new Set(teamIds), isActive };
}

/** Whether a change of a member's record, whose rows are written, changed what that member may do. */
export async function projectMember(
  tx: WriteTransaction,
  { type, read, view, indexed, creation }: AdmissionPlan,
): Promise<boolean> {
  const isSigned = Object.keys(indexed.statements).length > 0;
  if (!isSigned && creation === null) return false;
  const memberId = read.recordId;
  const row = await rightsOf(type, memberId, view);
  const before = await tx.get(membersTable, [memberId]);
  if (JSON.stringify(before) === JSON.stringify(row)) return false;
  await tx.put(membersTable, [memberId], row);
  return true;
}

/** What a member's record gives, as its statements count now. */
export async function rightsOf(
  type: RecordType,
  memberId: RecordId,
  view: RecordView,
): Promise<MemberRow> {
  const rights = rightsSchema.parse(
    await cautiousContent(type, "membership", view),
  );
  const { status } = await cautiousContent(type, "recordStatus", view);
  return {
    memberId,
    roles: rights.roles,
    teamIds: rights.teams,
    isActive: rights.active && status === "active",
  };
}

/** The content of a group of values: what is settled, or what each part holds to be safe. */
async function cautiousContent(
  type: RecordType,
  name: string,
  view: RecordView,
): Promise<Readonly<Record<string, unknown>>> {
  const group = groupOf(type, name);
  if (group === undefined)
    throw new Error(`a member record has no group ${name}`);
  const live = view.index.live(name);
  await view.loadStatements(statementsNeeded(view, live));
  const reading = readGroup(group, live, view);
  if (reading.status === "settled") return reading.content;
  const { candidates } = reading;
  return Object.fromEntries(
    partsOf(group).map(([part, definition]) => {
      const stated = candidates.map(({ content }) => content[part]);
      const isValue = definition.kind === "value";
      return [part, isValue ? definition.cautious?.(stated) : undefined];
    }),
  );
}
