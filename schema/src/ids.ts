/**
 * Identifiers, branded so that one cannot stand in for another, parsed where they enter.
 * A record's id is its Automerge document id (base58check of 16 bytes), so any Automerge tool can open it.
 */
import bs58check from "bs58check";
import { z } from "zod";

const hex = (length: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));

/** Automerge document id. Organizations, teams and members are records, so this is their id too. */
export const recordIdSchema = z
  .string()
  .regex(/^[1-9A-HJ-NP-Za-km-z]{20,30}$/)
  .brand<"RecordId">();
export type RecordId = z.infer<typeof recordIdSchema>;

/** SHA-256 of an Automerge change, 64 hex digits: the change's name, and its idempotency key. */
export const changeHashSchema = hex(64).brand<"ChangeHash">();
export type ChangeHash = z.infer<typeof changeHashSchema>;

/** Automerge actor id: lower-case hex. One is drawn per device start and branch, and never persisted for reuse. */
export const actorIdSchema = z
  .string()
  .regex(/^([0-9a-f]{2}){8,64}$/)
  .brand<"ActorId">();
export type ActorId = z.infer<typeof actorIdSchema>;

/** Automerge operation id, `counter@actor`. */
export const opIdSchema = z
  .string()
  .regex(/^[1-9][0-9]{0,15}@([0-9a-f]{2})+$/)
  .brand<"OpId">();
export type OpId = z.infer<typeof opIdSchema>;

/** A phone, tablet or computer. */
export const deviceIdSchema = z.uuid().brand<"DeviceId">();
export type DeviceId = z.infer<typeof deviceIdSchema>;

/** An account: somebody who can sign in. A person is a member of organizations. */
export const personIdSchema = z.string().min(1).max(64).brand<"PersonId">();
export type PersonId = z.infer<typeof personIdSchema>;

/** A UUID in lower case: an entry has one id, and so one root key. */
export const entryIdPattern =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** An entry of a set or of a statement. */
export const entryIdSchema = z
  .string()
  .regex(entryIdPattern)
  .brand<"EntryId">();
export type EntryId = z.infer<typeof entryIdSchema>;

/** A review task: hex digest of what it is about, so that the same question has the same id everywhere. */
export const reviewIdSchema = hex(32).brand<"ReviewId">();
export type ReviewId = z.infer<typeof reviewIdSchema>;

/** What is replicated together: `organization:<id>` or `team:<id>`. */
export const scopeIdSchema = z
  .string()
  .regex(/^(organization|team):[1-9A-HJ-NP-Za-km-z]{20,30}$/)
  .brand<"ScopeId">();
export type ScopeId = z.infer<typeof scopeIdSchema>;

export function organizationScope(organizationId: RecordId): ScopeId {
  return scopeIdSchema.parse(`organization:${organizationId}`);
}

export function teamScope(teamId: RecordId): ScopeId {
  return scopeIdSchema.parse(`team:${teamId}`);
}

/** The record that owns a scope: the organization or the team. */
export function scopeOwner(scopeId: ScopeId): RecordId {
  return recordIdSchema.parse(scopeId.slice(scopeId.indexOf(":") + 1));
}

/** 16 bytes to a record id: random ones for new records, a digest's for records that come from elsewhere. */
export function recordIdFromBytes(bytes: Uint8Array): RecordId {
  if (bytes.length !== 16)
    throw new Error(`a record id has 16 bytes, not ${bytes.length}`);
  return recordIdSchema.parse(bs58check.encode(bytes));
}

/** Whether the text is a record id down to its checksum; `recordIdSchema` looks at the alphabet only. */
export function isRecordId(text: string): text is RecordId {
  return bs58check.decodeUnsafe(text)?.length === 16;
}

/** `counter@actor` of the n-th operation (from 0) of a change. */
export function opIdOf(startOp: number, index: number, actor: string): OpId {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a counter and an actor are what an op id is
  return `${startOp + index}@${actor}` as OpId;
}

/** Automerge's order of operations: by counter, then by actor. The greatest of a key's live operations is its value. */
export function compareOpIds(left: string, right: string): number {
  const leftAt = left.indexOf("@");
  const rightAt = right.indexOf("@");
  // A counter has no leading zeros: one of more digits is greater, and two of as many are in the order of their texts.
  if (leftAt !== rightAt) return leftAt - rightAt;
  return left < right ? -1 : left > right ? 1 : 0;
}
