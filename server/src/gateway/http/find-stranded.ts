/**
 * Who sees stranded work: managers, admins and auditors, of the record types and teams they may read. What was refused may be
 * about a record that is not here: then it belongs where its own creation says, or that of its record that was refused too.
 *
 * What cannot be placed at all is shown to whoever may read every type of record. SPEC SW-20.
 */
import {
  changeHashSchema,
  decodeChange,
  defaultChangeLimits,
  organizationScope,
  type ChangeHash,
  type DecodedChange,
  type ReadTransaction,
  type RecordId,
  type RecordType,
  type RecordTypes,
  type Role,
  type ScopeId,
} from "@suture/schema";

import {
  refusalsTable,
  strandedDecisionsTable,
  type StrandedDecision,
} from "../../admission/admission-tables.ts";
import {
  findRefused,
  refusedBytesOf,
  type RefusalName,
  type RefusedChange,
} from "../../admission/refusals.ts";
import {
  isCreation,
  readCreation,
  scopeOf,
  type Creation,
} from "../../admission/scope.ts";
import { recordsTable } from "../../log/log-tables.ts";
import type { Access } from "../sync/access.ts";
import type { ActingMember } from "./acting-member.ts";
import { SaidAgain } from "./said-again.ts";

export const strandedDeciders: readonly Role[] = ["manager", "admin"];

/** Of a record that is not here, so many refusals are searched for its creation, and so many creations are believed to agree. */
const maxRefusalsOfRecord = 100;
const maxClaims = 4;

/** Where a refused change belongs. */
export interface StrandedPlace {
  readonly scopeId: ScopeId;
  /** Null if nothing here says what type of record it is about. */
  readonly type: RecordType | null;
}

/** What has become of it. */
export type StrandedState =
  | StrandedDecision
  | { readonly kind: "open" }
  /** By its author, as that change. */
  | { readonly kind: "said-again"; readonly as: ChangeHash };

export interface Stranded extends RefusedChange {
  readonly place: StrandedPlace;
  readonly state: StrandedState;
}

/** Those of them that the reader may see. */
export async function visibleStranded(
  tx: ReadTransaction,
  types: RecordTypes,
  { access, membership }: ActingMember,
  refused: readonly RefusedChange[],
  saidAgain = new SaidAgain(),
): Promise<readonly Stranded[]> {
  const { organizationId } = membership;
  const visible: Stranded[] = [];
  for (const change of refused) {
    const place = await placeRefused(tx, types, organizationId, change);
    if (!maySee(types, access, place)) continue;
    const state = await readState(tx, saidAgain, place, change);
    visible.push({ ...change, place, state });
  }
  return visible;
}

/** The change of that name; undefined where there is none for this reader. */
export async function findStranded(
  tx: ReadTransaction,
  types: RecordTypes,
  reader: ActingMember,
  hash: ChangeHash,
): Promise<Stranded | undefined> {
  const refused = await findRefused(tx, hash);
  const [found] = await visibleStranded(tx, types, reader, refused);
  return found;
}

/** As it was sent; null if that is no change at all. */
export async function readRefusedChange(
  tx: ReadTransaction,
  name: RefusalName,
): Promise<DecodedChange | null> {
  const bytes = await refusedBytesOf(tx, name);
  const change = bytes && decodeChange(bytes, defaultChangeLimits);
  return change?.ok === true ? change.value : null;
}

async function readState(
  tx: ReadTransaction,
  saidAgain: SaidAgain,
  { type }: StrandedPlace,
  refused: RefusedChange,
): Promise<StrandedState> {
  const key = [refused.recordId, refused.hash];
  const decision = await tx.get(strandedDecisionsTable, key);
  if (decision !== undefined) return decision;
  const change = type && (await readRefusedChange(tx, refused));
  const as = change && (await saidAgain.find(tx, type, refused, change));
  return as === null ? { kind: "open" } : { kind: "said-again", as };
}

function maySee(
  types: RecordTypes,
  access: Access,
  { scopeId, type }: StrandedPlace,
): boolean {
  const scope = access.scopes.get(scopeId);
  if (scope === undefined) return false;
  return (type === null ? types.list : [type]).every(({ type: name }) =>
    scope.mayRead(name),
  );
}

async function placeRefused(
  tx: ReadTransaction,
  types: RecordTypes,
  organizationId: RecordId,
  name: RefusedChange,
): Promise<StrandedPlace> {
  const row = await tx.get(recordsTable, [name.recordId]);
  if (row !== undefined)
    return { scopeId: row.scopeId, type: types.get(row.recordType) ?? null };
  const creation =
    (await creationIn(tx, types, name)) ??
    (await refusedCreation(tx, types, name.recordId));
  const nowhere = organizationScope(organizationId);
  if (creation === null) return { scopeId: nowhere, type: null };
  const { type, parentId } = creation;
  // A team that is not here has nobody: what belongs to it is shown where the organization's records are.
  const parent =
    parentId === null ? undefined : await tx.get(recordsTable, [parentId]);
  return parent === undefined
    ? { scopeId: nowhere, type }
    : { scopeId: scopeOf(type, organizationId, parentId), type };
}

/** What the record's refused creations say it is, if they say the same: one must not open another to readers it is not for. */
async function refusedCreation(
  tx: ReadTransaction,
  types: RecordTypes,
  recordId: RecordId,
): Promise<Creation | null> {
  const refusals = await tx.scan(refusalsTable, {
    prefix: [recordId],
    limit: maxRefusalsOfRecord,
  });
  const creations = new Set(
    refusals.flatMap(({ key, value }) =>
      value.isCreation ? [changeHashSchema.parse(key[1])] : [],
    ),
  );
  if (creations.size > maxClaims) return null;
  const claims: Creation[] = [];
  for (const hash of creations) {
    const creation = await creationIn(tx, types, { recordId, hash });
    if (creation !== null) claims.push(creation);
  }
  const [first, ...others] = claims;
  const isAgreed = others.every(
    ({ type, parentId }) => type === first?.type && parentId === first.parentId,
  );
  return first !== undefined && isAgreed ? first : null;
}

async function creationIn(
  tx: ReadTransaction,
  types: RecordTypes,
  name: RefusalName,
): Promise<Creation | null> {
  const change = await readRefusedChange(tx, name);
  if (change === null || !isCreation(change)) return null;
  const creation = readCreation(types, { recordId: name.recordId, change });
  return creation.ok ? creation.value : null;
}
