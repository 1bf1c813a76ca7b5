/**
 * Writes down who read what over HTTP, many reads as one entry of the scope's chain of reads. SPEC AU-6.
 *
 * Reads wait a moment so that an answer waits for no disk; what waits is written at the latest when the server closes. A crash
 * can lose that moment: what is noted is never false, and what was delivered to devices is noted before it counts.
 */
import type {
  Clock,
  RecordId,
  ScopeId,
  Store,
  Timer,
  Timers,
} from "@suture/schema";

import { noteReads } from "../../audit/append-audit.ts";
import type { ReadNote } from "../../audit/audit-entry.ts";
import type { Checkpointer } from "../../audit/checkpointer.ts";
import type { SystemLog } from "../../system-log.ts";

export interface HttpRead {
  readonly organizationId: RecordId;
  readonly scopeId: ScopeId;
  readonly memberId: RecordId;
  readonly what: (ReadNote & { readonly kind: "http" })["what"];
  /** Null for a list. */
  readonly recordId: RecordId | null;
}

export interface ReadRecorder {
  note(read: HttpRead): void;
  /** Resolves once everything noted is durable, or was given up. */
  flush(): Promise<void>;
}

export const readFlushMs = 1_000;

export function createReadRecorder(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SystemLog;
  readonly checkpoints: Pick<Checkpointer, "noteAppended">;
}): ReadRecorder {
  const { store, clock, timers, log, checkpoints } = deps;
  let waiting = new Map<RecordId, Map<ScopeId, ReadNote[]>>();
  let timer: Timer | undefined;
  let written: Promise<unknown> = Promise.resolve();

  function submit(): void {
    timer?.cancel();
    timer = undefined;
    const byOrganization = waiting;
    waiting = new Map();
    for (const [organizationId, byScope] of byOrganization) {
      const atMs = clock.now();
      const write = () =>
        store.write(organizationId, async (tx) => {
          for (const [scopeId, reads] of byScope)
            await noteReads(tx, { scopeId, atMs }, reads);
        });
      const last = write()
        .catch(write)
        .then(() => checkpoints.noteAppended(organizationId))
        .catch((cause: unknown) =>
          log.error("audit.reads-lost", { organizationId }, cause),
        );
      written = Promise.all([written, last]);
    }
  }

  return {
    note({ organizationId, scopeId, memberId, what, recordId }) {
      const byScope =
        waiting.get(organizationId) ?? new Map<ScopeId, ReadNote[]>();
      const reads = byScope.get(scopeId) ?? [];
      reads.push({ kind: "http", atMs: clock.now(), memberId, what, recordId });
      waiting.set(organizationId, byScope.set(scopeId, reads));
      timer ??= timers.after(readFlushMs, submit);
    },
    async flush() {
      submit();
      await written;
    },
  };
}
