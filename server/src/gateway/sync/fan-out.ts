/**
 * Forwards what was appended to a scope's log to every session that is live there: the same bytes, encoded once, and read only where
 * they are not in memory any more.
 *
 * One pass per scope runs at a time; what is appended meanwhile goes out with the next. A session becomes live only at a point
 * that is not behind `offeredTo`, so no row falls between its last page and its first live one; should two commits be announced
 * in the other order, it sees the gap and pulls. SPEC SY-5.
 */
import type { RecordId, ScopeId, Store } from "@suture/schema";
import type { AppendedToScope } from "../../admission/admission.ts";
import type { AppendedRow } from "../../log/append-to-log.ts";
import { endOf } from "../../log/read-log.ts";
import type { SystemLog } from "../../system-log.ts";
import type { LiveRows } from "./live-rows.ts";
import { batchOf, readBatch, type LogBatch } from "./log-batch.ts";

interface ScopePass {
  readonly organizationId: RecordId;
  epoch: string;
  offeredTo: number;
  appendedTo: number;
  isRunning: boolean;
  /** One after the other, the last of them the last announced; those before them are read. */
  rows: readonly AppendedRow[];
}

/** Of one scope: where more come together while they wait, all are read. */
const maxBytesInMemory = 2 * 1024 * 1024;

export interface FanOutDeps {
  readonly store: Pick<Store, "read">;
  readonly hub: {
    ofScope(scopeId: ScopeId): ReadonlySet<{
      readonly live: Pick<LiveRows, "offer" | "fallBehind">;
    }>;
  };
  readonly log: SystemLog;
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

  announce(appended: readonly AppendedToScope[]): void {
    for (const range of appended) {
      const { scopeId, organizationId, fromSequence, toSequence } = range;
      const pass = this.#passes.get(scopeId) ?? {
        organizationId,
        epoch: range.epoch,
        offeredTo: fromSequence - 1,
        appendedTo: 0,
        isRunning: false,
        rows: [],
      };
      this.#passes.set(scopeId, pass);
      pass.appendedTo = Math.max(pass.appendedTo, toSequence);
      keepRows(pass, range);
      if (!pass.isRunning)
        this.#running = Promise.all([this.#running, this.#run(scopeId, pass)]);
    }
  }

  /** Resolves once everything announced until now was offered. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #run(scopeId: ScopeId, pass: ScopePass): Promise<void> {
    const { hub, log } = this.#deps;
    pass.isRunning = true;
    try {
      while (pass.offeredTo < pass.appendedTo) {
        const sessions = hub.ofScope(scopeId);
        if (sessions.size === 0) {
          pass.offeredTo = pass.appendedTo;
          pass.rows = [];
          break;
        }
        const batch = await this.#nextBatch(scopeId, pass);
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
      pass.rows = [];
    }
  }

  /** As much behind what was offered as one message holds. */
  async #nextBatch(
    scopeId: ScopeId,
    pass: ScopePass,
  ): Promise<LogBatch | undefined> {
    // What else the same commit appended joins it.
    await Promise.resolve();
    const after = pass.offeredTo;
    pass.rows = pass.rows.filter(({ sequence }) => sequence > after);
    if (pass.rows[0]?.sequence === after + 1)
      return batchOf(scopeId, pass.epoch, pass.rows);
    return this.#deps.store.read(pass.organizationId, async (tx) => {
      const end = await endOf(tx, scopeId);
      return end && readBatch(tx, { scopeId, epoch: end.epoch, after });
    });
  }
}

function keepRows(
  pass: ScopePass,
  { epoch, fromSequence, rows }: AppendedToScope,
) {
  const last = pass.rows.at(-1);
  const isNext =
    last === undefined ||
    (epoch === pass.epoch && last.sequence + 1 === fromSequence);
  const held = isNext && rows !== null ? [...pass.rows, ...rows] : [];
  pass.rows = bytesOf(held) > maxBytesInMemory ? [] : held;
  pass.epoch = epoch;
}

/** With about what a row takes beside them. */
function bytesOf(rows: readonly AppendedRow[]): number {
  return rows.reduce((sum, { bytes }) => sum + bytes.length + 512, 0);
}
