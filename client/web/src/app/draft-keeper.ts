/**
 * Where half-filled forms are kept so that a reload, a crash or a dead battery takes nothing that somebody typed. SPEC AP-5.
 *
 * Values are JSON and hold clinical content: an implementation that outlives the page keeps them as it keeps records, encrypted,
 * and for the person who typed them.
 */
import type { JsonValue } from "@suture/schema";

export interface DraftKeeper {
  /** Undefined where nothing is kept under the key. */
  load(key: string): Promise<JsonValue | undefined>;
  /** Replaces what was kept. Resolves once it would survive a reload. */
  keep(key: string, value: JsonValue): Promise<void>;
  drop(key: string): Promise<void>;
}

/** Keeps for as long as the page lives. */
export function createMemoryDraftKeeper(): DraftKeeper {
  const values = new Map<string, JsonValue>();
  return {
    load: (key) => Promise.resolve(values.get(key)),
    keep: (key, value) => Promise.resolve(void values.set(key, value)),
    drop: (key) => Promise.resolve(void values.delete(key)),
  };
}
