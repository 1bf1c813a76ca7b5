/**
 * What an import would have a record be: the pieces it takes from its sources, each valid by the record type, with the sources
 * every piece stems from. Nothing here knows what the record holds already; whoever writes compares, piece by piece, and
 * calls a source unchanged whose pieces are all there.
 */
import type { JsonValue } from "../../canonical/canonical-json.ts";
import type { RecordId } from "../../ids.ts";

export interface RecordDraft {
  readonly recordId: RecordId;
  readonly type: string;
  /** A team for appointments and service jobs, which is among the drafts too; the organization for all others. */
  readonly parentId: RecordId;
  /** Scalars, ordered fields, and texts as one string. */
  readonly fields: Readonly<Record<string, JsonValue>>;
  /** By set field, then entry id. */
  readonly entries: Readonly<Record<string, DraftEntries>>;
  /** By group: a whole content, with what stands initially where no source says anything. */
  readonly groups: Readonly<Record<string, DraftEntries>>;
  /** By group, then entry id: entries that had ended before they came here. */
  readonly archive: Readonly<Record<string, DraftEntries>>;
  /**
   * Which sources a piece stems from, as positions in the plan's `outcomes`. Pieces are named `field`, `field/entry`, `group.part`,
   * `group.part/entry` and `archive/group/entry`.
   */
  readonly origins: Readonly<Record<string, readonly number[]>>;
}

export type DraftEntries = Readonly<Record<string, JsonValue>>;

/** How a resource fared. `mapped` ones have pieces in the drafts, or serve others that have. */
export type MappingOutcome =
  | { readonly kind: "mapped" }
  | { readonly kind: "repeated" }
  | { readonly kind: "skipped"; readonly reason: SkipReason }
  | {
      readonly kind: "failed";
      readonly reason: FailureReason;
      /** Where in the resource; never what stands there. */
      readonly path: string | null;
    };

/** Not broken, and not taken. */
export type SkipReason =
  | "resource-type"
  | "not-a-measurement-we-take"
  | "no-value"
  | "not-on-equipment"
  | "no-team"
  /** A Medication that nothing taken refers to. */
  | "unused";

/** Broken, dangling or contradictory. */
export type FailureReason =
  | "subject-not-found"
  | "practitioner-not-found"
  | "medication-not-found"
  | "missing-element"
  | "invalid-element"
  | "modifier-extension"
  | "contradicts-allergies"
  | "repeated-with-other-content"
  | "statement-too-large";

/** Something was left out of a resource that was taken. */
export interface MappingWarning {
  /** Position in the plan's `outcomes`. */
  readonly source: number;
  readonly code: "unresolved-reference" | "dropped-element";
  readonly path: string;
}
