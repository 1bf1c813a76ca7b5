/**
 * Sends the pictures that only this device has, one after another, behind the changes that name them: the server keeps none that no
 * record names. Each goes under the name of whoever took it. What nobody answered is tried again, later each time. SPEC AT-7.
 */
import {
  StoreError,
  type PersonId,
  type Random,
  type Timer,
  type Timers,
} from "@suture/schema";

import {
  attachmentBytesTable,
  attachmentKey,
  markRefused,
  markSent,
  unsentAttachments,
  type UnsentAttachmentRow,
} from "../store/attachment-rows.ts";
import type { LocalLog } from "../store/local-log.ts";
import { unsyncedChanges } from "../store/push-order.ts";
import {
  sendAttachment,
  type AttachmentRequestDeps,
} from "./attachment-requests.ts";
import { createBackoff } from "./backoff.ts";

export interface AttachmentUploadsDeps extends AttachmentRequestDeps {
  readonly log: LocalLog;
  readonly timers: Timers;
  readonly random: Random;
}

/** Whoever asks for a longer silence is asked all the same. */
const maxRetryAfterMs = 15 * 60_000;
const lost = "The storage of this device was damaged: the picture is lost.";

export class AttachmentUploads {
  readonly #deps: AttachmentUploadsDeps;
  readonly #backoff;
  /** Not asked about again before the next time that there is a connection. */
  readonly #refused = new Set<string>();
  #isWanted = false;
  #isRunning = false;
  #hasMore = false;
  #retry: Timer | undefined;

  constructor(deps: AttachmentUploadsDeps) {
    this.#deps = deps;
    this.#backoff = createBackoff(deps.random);
  }

  /** There is a connection, and all changes that can go have gone; or there is something new to send. */
  start(): void {
    this.#isWanted = true;
    this.#hasMore = true;
    if (!this.#isRunning && this.#retry === undefined) void this.#run();
  }

  stop(): void {
    this.#isWanted = false;
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#refused.clear();
    this.#backoff.reset();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let waitMs: number | null = null;
    while (this.#isWanted && this.#hasMore && waitMs === null) {
      this.#hasMore = false;
      try {
        waitMs = await this.#sendAll();
      } catch {
        // The store, which tells whoever saves next; or the token store, which tells whoever connects next.
        waitMs = 0;
      }
    }
    this.#isRunning = false;
    if (waitMs === null || !this.#isWanted) return;
    const delayMs = Math.min(waitMs, maxRetryAfterMs) + this.#backoff.next();
    this.#retry = this.#deps.timers.after(delayMs, () => {
      this.#retry = undefined;
      this.start();
    });
  }

  /** Null once everything that can go has gone; else how long to wait at least. */
  async #sendAll(): Promise<number | null> {
    const { log, identity } = this.#deps;
    const waiting = await log.read(async (tx) => {
      const rows = await unsentAttachments(tx);
      if (rows.length === 0) return [];
      const changed = new Set(
        (await unsyncedChanges(tx)).map(({ recordId }) => recordId),
      );
      return rows.filter(({ recordId }) => !changed.has(recordId));
    });
    if (waiting.length === 0) return null;
    const people = await identity.credentials();
    const signedOut = new Set<PersonId>();
    for (const row of waiting) {
      const credentials = people.find(
        ({ personId }) => personId === row.unsent.personId,
      );
      if (!this.#isWanted) return null;
      if (credentials === undefined || this.#refused.has(attachmentKey(row)))
        continue;
      if (signedOut.has(credentials.personId)) continue;
      const bytes = await this.#bytesOf(row);
      if (bytes === undefined) {
        await this.#refuse(row, lost);
        continue;
      }
      const outcome = await sendAttachment(this.#deps, credentials, row, bytes);
      switch (outcome.kind) {
        case "stored":
          await log.writeAbout(row.recordId, (tx) => markSent(tx, row));
          this.#backoff.reset();
          break;
        case "refused":
          await this.#refuse(row, outcome.message);
          break;
        case "not-named":
          break;
        case "signed-out":
          // A colleague's goes on.
          signedOut.add(credentials.personId);
          break;
        case "later":
          return outcome.retryAfterMs;
      }
    }
    return signedOut.size > 0 ? 0 : null;
  }

  async #refuse(row: UnsentAttachmentRow, reason: string): Promise<void> {
    this.#refused.add(attachmentKey(row));
    await this.#deps.log.writeAbout(row.recordId, (tx) =>
      markRefused(tx, row, reason),
    );
  }

  /** Undefined where damage took them: the others go on. */
  async #bytesOf({
    recordId,
    hash,
  }: UnsentAttachmentRow): Promise<Uint8Array | undefined> {
    try {
      return await this.#deps.log.read((tx) =>
        tx.get(attachmentBytesTable, [recordId, hash]),
      );
    } catch (cause) {
      if (cause instanceof StoreError && cause.code === "store-damaged")
        return undefined;
      throw cause;
    }
  }
}
