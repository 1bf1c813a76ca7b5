/**
 * Forwards what was appended to a scope's log to every session that is live there: the same bytes, read and encoded once.
 *
 * One pass per scope runs at a time; what is appended meanwhile goes out with the next. A session becomes live only at a point
 * that is not behind `offeredTo`, so no row falls between its last page and its first live one; should two commits be announced
 * in the other order, it sees the gap and pulls. SPEC SY-5.
 */
import type { RecordId, ScopeId, Store } from "@suture/schema";
import { endOf } from "../../log/read-log.ts";
import type { RecentBytes } from "../../log/recent-bytes.ts";
import type { SystemLog } from "../../system-log.ts";
import type { Hub } from "./hub.ts";
import { readBatch } from "./log-batch.ts";

export interface Appended {
  readonly scopeId: ScopeId;
  readonly organizationId: RecordId;
  readonly fromSequence: number;
  readonly toSequence: number;
}

interface ScopePass {
  readonly organizationId: RecordId;
  offeredTo: number;
  appendedTo: number;
  isRunning: boolean;
}

export interface FanOutDeps {
  readonly store: Store;
  readonly hub: Hub;
  readonly log: SystemLog;
  /** Of what was appended a moment ago; without it all is read. */
  readonly recentBytes?: RecentBytes | undefined;
}

export class FanOut {
  readonly #deps: FanOutDeps;
  readonly #passes = new Map<ScopeId, ScopePass>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(deps: FanOutDeps) {
    this.#deps = deps;
  }

  /** The last sequence that live sessions of the scope were offered; 0 before the first. */
  offeredTo(scopeId: ScopeId): number {
    return this.#passes.get(scopeId)?.offeredTo ?? 0;
  }

  announce(appended: readonly Appended[]): void {
    for (const {
      scopeId,
      organizationId,
      fromSequence,
      toSequence,
    } of appended) {
      const pass = this.#passes.get(scopeId) ?? {
        organizationId,
        offeredTo: fromSequence - 1,
        appendedTo: 0,
        isRunning: false,
      };
      this.#passes.set(scopeId, pass);
      pass.appendedTo = Math.max(pass.appendedTo, toSequence);
      if (!pass.isRunning)
        this.#running = Promise.all([this.#running, this.#run(scopeId, pass)]);
    }
  }

  /** Resolves once everything announced until now was offered. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #run(scopeId: ScopeId, pass: ScopePass): Promise<void> {
    const { store, hub, log, recentBytes } = this.#deps;
    const { organizationId } = pass;
    pass.isRunning = true;
    try {
      while (pass.offeredTo < pass.appendedTo) {
        const sessions = hub.ofScope(scopeId);
        if (sessions.size === 0) {
          pass.offeredTo = pass.appendedTo;
          break;
        }
        const batch = await store.read(organizationId, async (tx) => {
          const end = await endOf(tx, scopeId);
          return (
            end &&
            readBatch(tx, {
              scopeId,
              epoch: end.epoch,
              after: pass.offeredTo,
              bytesOf: (recordId, hash) =>
                recentBytes?.bytesOf({ organizationId, recordId, hash }),
            })
          );
        });
        if (batch === undefined)
          throw new Error("announced rows are not there");
        pass.offeredTo = batch.cursor.sequence;
        for (const session of hub.ofScope(scopeId)) session.live.offer(batch);
      }
    } catch (cause) {
      // Whoever was live stands where they stood; told that there is more, they pull it.
      log.error("fan-out.failed", { scopeId }, cause);
      pass.offeredTo = pass.appendedTo;
      for (const session of hub.ofScope(scopeId))
        session.live.fallBehind(scopeId);
    } finally {
      pass.isRunning = false;
    }
  }
}
