/**
 * Taking a person off a device that they hand on: the server forgets them on it, unless they do without it (AP-106), then the device forgets their tokens. Their work
 * that only this device has would stay here with nobody to send it, so that is refused until they say so. SPEC ID-36.
 */
import {
  err,
  ok,
  type PersonId,
  type RecordTypes,
  type Result,
} from "@suture/schema";

import type { RequestError } from "./identity/identity-request.ts";
import type { SpareNumbers } from "./identity/password-checks.ts";
import type { TokenRenewal } from "./identity/token-renewal.ts";
import { dropFormsOf } from "./records/kept-forms.ts";
import { dropReopenCountsOf } from "./records/reopen-counts.ts";
import { dropAttachmentsOfForms } from "./records/unsent-attachments.ts";
import { unsentAttachments } from "./store/attachment-rows.ts";
import { passwordChecksTable } from "./store/client-tables.ts";
import type { LocalLog } from "./store/local-log.ts";
import { unsyncedChanges } from "./store/push-order.ts";

export interface WorkUnsynced {
  readonly code: "work-unsynced";
  readonly message: string;
  readonly isRetryable: true;
  /** How many changes and pictures of theirs only this device has. */
  readonly count: number;
}

export interface LeaveOptions {
  /** Leave although work of theirs was not sent: it stays on the device, and goes out when they sign in on it again. */
  readonly evenWithUnsynced?: boolean;
  /**
   * Leave without asking the server, where it cannot be asked: what let anybody in as them is gone from here, and ends there by itself
   * once it expires, or when an admin takes them off the device. SPEC AP-106.
   */
  readonly withoutServer?: boolean;
}

export async function leaveDevice(
  deps: {
    readonly log: LocalLog;
    readonly types: RecordTypes;
    readonly renewal: TokenRenewal;
    readonly spareNumbers: SpareNumbers | undefined;
  },
  personId: PersonId,
  { evenWithUnsynced = false, withoutServer = false }: LeaveOptions,
): Promise<Result<void, RequestError | WorkUnsynced>> {
  const authors = await deps.log.read(async (tx) => [
    ...(await unsyncedChanges(tx)).map((change) => change.personId),
    ...(await unsentAttachments(tx)).map(({ unsent }) => unsent.personId),
  ]);
  const count = authors.filter((author) => author === personId).length;
  if (count > 0 && !evenWithUnsynced)
    return err({
      code: "work-unsynced",
      message:
        "Work on this device has not reached the server; let it sync before you leave.",
      isRetryable: true,
      count,
    });
  const left = withoutServer
    ? ok(await deps.renewal.forget(personId))
    : await deps.renewal.leaveDevice(personId);
  if (!left.ok) return left;
  await deps.log.write(async (tx) => {
    await dropAttachmentsOfForms(tx, deps.types, personId);
    await dropFormsOf(tx, personId);
    await tx.delete(passwordChecksTable, [personId]);
    await dropReopenCountsOf(tx, personId);
  });
  // A number that stays says only how often a password was wrong.
  await deps.spareNumbers?.clear(personId).catch(() => undefined);
  return left;
}
