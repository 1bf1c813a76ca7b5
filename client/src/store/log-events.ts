/** What a log tells after each commit: those who listen here, and where several contexts share a store (tabs, a worker), the others. */
import type { ChangeHash, RecordId } from "@suture/schema";

export interface LogEvent {
  readonly recordIds: readonly RecordId[];
  /** Of the rows that were there before, only those of these changes may say something else; null where it can be any. */
  readonly changed: ReadonlySet<ChangeHash> | null;
  /** Rows that had been settled changed or left: forget what was derived from them. */
  readonly isReset: boolean;
  /** Rights, review tasks or confirmations changed. */
  readonly hasNewFacts: boolean;
}
export type LogListener = (event: LogEvent) => void;

/** Between the logs of one store. Events arrive in each other context once, in order, after what they tell of is committed. */
export interface LogChannel {
  post(event: LogEvent): void;
  /** Called with what the others post. There is one listener. */
  listen(listener: LogListener): void;
}

export class LogEvents {
  readonly #listeners = new Set<LogListener>();
  readonly #channel: LogChannel | undefined;

  constructor(channel?: LogChannel) {
    this.#channel = channel;
  }

  /** Gives back how to stop. */
  subscribe(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Of a commit of this log. */
  tell(
    recordIds: readonly RecordId[],
    {
      changed = null,
      isReset = false,
      hasNewFacts = false,
    }: Partial<Omit<LogEvent, "recordIds">> = {},
  ): void {
    if (recordIds.length === 0 && !hasNewFacts) return;
    const event = {
      recordIds: [...new Set(recordIds)],
      changed,
      isReset,
      hasNewFacts,
    };
    this.tellHere(event);
    this.#channel?.post(event);
  }

  tellHere(event: LogEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
