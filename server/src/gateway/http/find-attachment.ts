/**
 * Where an attachment's bytes belong: beside a record that names them by their hash, in what it says now. Nothing is kept under a
 * name that no record gives, so nobody fills the disk without having written so in a record's history. SPEC AT-2, AT-4.
 *
 * Of each record for itself: who may no longer read one record does not come by its pictures through another.
 */
import {
  attachmentsIn,
  mayWrite,
  type Attachment,
  type AttachmentHash,
  type PersonId,
  type ReadTransaction,
  type RecordId,
  type RecordTypes,
  type ScopeId,
} from "@suture/schema";

import { mayKnow } from "../../admission/permit.ts";
import { readMember, standingFrom } from "../../admission/project-member.ts";
import { openRecordView } from "../../log/record-view.ts";
import type { HttpDeps } from "./http-deps.ts";

export interface AttachmentName {
  readonly recordId: RecordId;
  readonly hash: AttachmentHash;
}

export interface FoundAttachment {
  readonly memberId: RecordId;
  readonly scopeId: ScopeId;
  /** As the record has it; somebody may have said something else of it in another entry. */
  readonly attachments: readonly Attachment[];
  /** Whether the member may write a field that names it. */
  readonly mayStore: boolean;
}

/** As a member may see it at this moment; undefined for what is not there and for what they may not see. */
export async function findAttachment(
  tx: ReadTransaction,
  types: RecordTypes,
  memberId: RecordId,
  { recordId, hash }: AttachmentName,
): Promise<FoundAttachment | undefined> {
  const member = await readMember(tx, memberId);
  if (member?.isActive !== true) return undefined;
  const record = await openRecordView(tx, recordId, types.get);
  if (record === undefined) return undefined;
  const { row, type, view } = record;
  const standing = standingFrom(member);
  if (!mayKnow(type, row.parentId, standing)) return undefined;
  const fold = await view.loadFold();
  const named = attachmentsIn(type, fold).filter(
    ({ attachment }) => attachment.hash === hash,
  );
  if (named.length === 0) return undefined;
  return {
    memberId,
    scopeId: row.scopeId,
    attachments: named.map(({ attachment }) => attachment),
    mayStore: named.some(({ field }) => mayWrite(type, field, standing.roles)),
  };
}

/** In whichever of the person's organizations it is. */
export async function findAttachmentOf(
  deps: Pick<HttpDeps, "store" | "recordTypes" | "identity">,
  personId: PersonId,
  name: AttachmentName,
): Promise<
  (FoundAttachment & { readonly organizationId: RecordId }) | undefined
> {
  const { store, recordTypes, identity } = deps;
  const links = await identity.invitations.membersOfPerson(personId);
  for (const { organizationId, memberId } of links) {
    const found = await store.read(organizationId, (tx) =>
      findAttachment(tx, recordTypes, memberId, name),
    );
    if (found !== undefined) return { ...found, organizationId };
  }
  return undefined;
}
