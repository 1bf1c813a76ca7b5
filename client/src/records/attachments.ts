/**
 * Pictures that records name by their hash. Taken here they are durable before anything names them, go to the server by themselves
 * behind the change that does, and count as unsynced work until it has them. Seen here they are kept for the next time. SPEC AT-6 to AT-9.
 */
import {
  attachmentHashSchema,
  err,
  maxAttachmentBytes,
  ok,
  pictureTypeOf,
  sha256Hex,
  StoreError,
  type AttachmentHash,
  type PictureType,
  type RecordId,
  type Result,
} from "@suture/schema";

import {
  attachmentBytesTable,
  attachmentKey,
  attachmentsTable,
  keepAttachment,
  markUsed,
  type AttachmentName,
} from "../store/attachment-rows.ts";
import {
  fetchAttachment,
  type AttachmentRequestDeps,
  type FetchProblem,
} from "../sync/attachment-requests.ts";
import { fewAtATime } from "../sync/few-at-a-time.ts";
import { mayReadOpen } from "./may-read.ts";
import type { RecordDeps } from "./record-deps.ts";
import {
  dropUnnamed,
  listUnsentAttachments,
  removeUnneeded,
  type UnsentAttachment,
} from "./unsent-attachments.ts";

export interface KeptAttachment {
  readonly hash: AttachmentHash;
  readonly contentType: PictureType;
  readonly byteLength: number;
}

export interface Picture {
  readonly bytes: Uint8Array;
  readonly contentType: PictureType;
  /** Whether only this device has it. */
  readonly isUnsent: boolean;
}

export interface KeepProblem {
  readonly code: "not-a-picture" | "too-large" | "signed-out" | "not-saved";
}

export interface ReadProblem {
  /** `record-unknown`: not the person's to see. */
  readonly code: FetchProblem | "record-unknown" | "store-failed";
}

/** Is written down again no sooner: what was looked at lately stays either way. */
const worthNotingMs = 3_600_000;

/** Of the six that a server lets a device have under way: another tab asks, too, and one may be on its way up. */
const maxFetches = 2;

export class Attachments {
  readonly #deps: RecordDeps & AttachmentRequestDeps;
  readonly #fetching = new Map<string, Promise<Result<Picture, ReadProblem>>>();

  readonly #inTurn = fewAtATime(maxFetches);

  constructor(deps: RecordDeps & AttachmentRequestDeps) {
    this.#deps = deps;
  }

  /** Durable on this device once it resolves. Name it in the record by what it gives back, or `drop` it. */
  async keep(
    recordId: RecordId,
    bytes: Uint8Array,
  ): Promise<Result<KeptAttachment, KeepProblem>> {
    const { log, clock, person, onSaved } = this.#deps;
    const contentType = pictureTypeOf(bytes);
    if (contentType === undefined) return err({ code: "not-a-picture" });
    if (bytes.length > maxAttachmentBytes) return err({ code: "too-large" });
    const personId = person()?.personId;
    if (personId === undefined) return err({ code: "signed-out" });
    const hash = attachmentHashSchema.parse(sha256Hex(bytes));
    const usedAtMs = clock.now();
    const kept = { hash, contentType, byteLength: bytes.length };
    const unsent = { personId, keptAtMs: usedAtMs, refusal: null };
    const row = { ...kept, recordId, usedAtMs, unsent };
    try {
      await log.writeAbout(recordId, (tx) => keepAttachment(tx, row, bytes));
    } catch (cause) {
      if (cause instanceof StoreError) return err({ code: "not-saved" });
      throw cause;
    }
    onSaved([]);
    return ok(kept);
  }

  /** Of one that a form lets go of. It stays where somebody else on this device picked it, too, and where a change may name it. */
  drop(name: AttachmentName): Promise<void> {
    return this.#letGo(name, dropUnnamed);
  }

  /** Of one that is listed as `mayBeDropped`. It stays, too, where a form has it by now. */
  remove(name: AttachmentName): Promise<void> {
    return this.#letGo(name, removeUnneeded);
  }

  /** From this device, or else from the server. */
  async read(name: AttachmentName): Promise<Result<Picture, ReadProblem>> {
    try {
      if (!(await this.#mayRead(name.recordId)))
        return err({ code: "record-unknown" });
      return (await this.#held(name)) ?? (await this.#fetchOnce(name));
    } catch (cause) {
      if (cause instanceof StoreError) return err({ code: "store-failed" });
      throw cause;
    }
  }

  /** Pictures that only this device has, those taken first in front. */
  unsent(): Promise<readonly UnsentAttachment[]> {
    return listUnsentAttachments(this.#deps);
  }

  async #letGo(name: AttachmentName, how: typeof dropUnnamed): Promise<void> {
    const { log, types, person } = this.#deps;
    const personId = person()?.personId;
    if (personId === undefined) return;
    await log.writeAbout(name.recordId, (tx) =>
      how(tx, types, { name, personId }),
    );
  }

  async #mayRead(recordId: RecordId): Promise<boolean> {
    const opened = await this.#deps.records.open(recordId);
    return opened.ok && mayReadOpen(this.#deps, opened.value);
  }

  async #held({
    recordId,
    hash,
  }: AttachmentName): Promise<Result<Picture, ReadProblem> | undefined> {
    const { log, clock } = this.#deps;
    const key = [recordId, hash];
    const [row, bytes] = await log.read(async (tx) => [
      await tx.get(attachmentsTable, key),
      await tx.get(attachmentBytesTable, key),
    ]);
    if (row === undefined || bytes === undefined) return undefined;
    const nowMs = clock.now();
    if (nowMs - row.usedAtMs > worthNotingMs)
      await log.write((tx) => markUsed(tx, row, nowMs)).catch(ignoreFull);
    const { contentType, unsent } = row;
    return ok({ bytes, contentType, isUnsent: unsent !== null });
  }

  /** The same picture may be asked for from several places of a page. */
  #fetchOnce(name: AttachmentName): Promise<Result<Picture, ReadProblem>> {
    const key = attachmentKey(name);
    const fetching =
      this.#fetching.get(key) ??
      this.#fetch(name).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  async #fetch(name: AttachmentName): Promise<Result<Picture, ReadProblem>> {
    const { identity, log, clock, person } = this.#deps;
    const personId = person()?.personId;
    const credentials = (await identity.credentials()).find(
      (held) => held.personId === personId,
    );
    if (credentials === undefined) return err({ code: "unreachable" });
    const fetched = await this.#inTurn(() =>
      fetchAttachment(this.#deps, credentials, name),
    );
    if (!fetched.ok) return err({ code: fetched.error });
    const bytes = fetched.value;
    const contentType = pictureTypeOf(bytes);
    if (contentType === undefined) return err({ code: "not-here" });
    const byteLength = bytes.length;
    const usedAtMs = clock.now();
    const row = { ...name, contentType, byteLength, usedAtMs, unsent: null };
    // A device that is full shows it all the same.
    await log.write((tx) => keepAttachment(tx, row, bytes)).catch(ignoreFull);
    return ok({ bytes, contentType, isUnsent: false });
  }
}

function ignoreFull(cause: unknown): void {
  if (!(cause instanceof StoreError)) throw cause;
}
