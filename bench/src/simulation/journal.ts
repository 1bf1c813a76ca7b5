/**
 * What people did in a run, and what they were told: plain facts, in order. It is all that the model of a run knows of it, so
 * nothing here is read back from the product but what a screen shows: labels, values, and the names (hashes) of changes.
 */
import type { DiskImage } from "@suture/client/testing";
import type { PersonId, RecordId } from "@suture/schema";

/** What a save changes. A value is unique in its run wherever its field allows, so that it can be recognised anywhere. */
export type Edit =
  | {
      readonly kind: "scalar";
      readonly field: string;
      readonly value: unknown;
    }
  | {
      /** An entry of a set field: written, or written again. */
      readonly kind: "entry";
      readonly field: string;
      readonly entryId: string;
      readonly value: unknown;
    }
  | {
      readonly kind: "text";
      readonly field: string;
      /** What was typed. */
      readonly inserted: string;
    }
  | { readonly kind: "counter"; readonly field: string; readonly by: number }
  /** The record was moved: another record is above it from now on. */
  | { readonly kind: "parent"; readonly parentId: RecordId }
  | {
      readonly kind: "statement";
      readonly group: string;
      /** The group's content as the person signed it. */
      readonly content: unknown;
    };

/** One reading of a group on a screen. */
export type GroupShown =
  | { readonly status: "single"; readonly content: unknown }
  | { readonly status: "conflict"; readonly contents: readonly unknown[] };

export type JournalEntry = {
  readonly atMs: number;
  /** Name of the device. */
  readonly device: string;
  readonly personId: PersonId;
} & (
  | {
      /** A form was opened, or brought up to date: what its person has seen from now on. */
      readonly kind: "form-shown";
      readonly formId: number;
      readonly recordId: RecordId;
      readonly recordType: string;
      readonly heads: readonly string[];
      readonly groups: Readonly<Record<string, GroupShown>>;
    }
  | {
      /** They were told "saved": it must never be lost, whatever is killed from here on. */
      readonly kind: "saved";
      /** The form it was written in; undefined for a new record. */
      readonly formId: number | undefined;
      readonly recordId: RecordId;
      readonly recordType: string;
      /** Statements last. */
      readonly edits: readonly Edit[];
      /**
       * Of the form's changes; the last of them are the statements, one each and in their order. A new record's first one says
       * everything in it but its texts and counters.
       */
      readonly hashes: readonly string[];
      /** For a new record: the record above it. */
      readonly parentId: RecordId | undefined;
    }
  | {
      /** The conflict of a group was settled, and they were told so. */
      readonly kind: "resolved";
      /** A review is a form too: what it showed is what was settled. */
      readonly formId: number;
      readonly recordId: RecordId;
      readonly recordType: string;
      readonly group: string;
      /** What they saw: the contents that were to be chosen from. */
      readonly candidates: readonly unknown[];
      readonly content: unknown;
      readonly hashes: readonly string[];
    }
  | {
      /** The SDK refused: nothing may have changed. */
      readonly kind: "save-refused";
      readonly recordId: RecordId | undefined;
      readonly code: string;
    }
  | {
      /** Nobody was told anything: the device died, or its disk failed. It may be there, whole, or not at all. */
      readonly kind: "save-unknown";
      /** The form, or the review; undefined for a new record. */
      readonly formId: number | undefined;
      readonly recordId: RecordId;
      readonly recordType: string;
      readonly edits: readonly Edit[];
      readonly parentId: RecordId | undefined;
    }
  | {
      /** A membership was ended or narrowed, signed on this device. */
      readonly kind: "membership-changed";
      readonly memberId: RecordId;
      readonly ofPersonId: PersonId;
      readonly isActive: boolean;
      readonly roles: readonly string[];
      readonly hashes: readonly string[];
    }
  | {
      readonly kind: "device-revoked";
      /** A device that has lost its key comes back under another. */
      readonly deviceId: string;
      /** Whether they were told so; otherwise it may have happened, now or later, or not. */
      readonly isCertain: boolean;
    }
  | {
      /** A copy of what was not synced was carried away. */
      readonly kind: "unsynced-exported";
      readonly hashes: readonly string[];
    }
  | {
      /** Somebody has seen what was not accepted, and decided that it need not be shown any more. */
      readonly kind: "stranded-dismissed";
      readonly recordId: RecordId;
      readonly hash: string;
    }
  | {
      /** An admin took over what was refused: it is said again, in their name. */
      readonly kind: "stranded-adopted";
      readonly recordId: RecordId;
      readonly hash: string;
      /** The change that says it now; undefined where the answer did not arrive. */
      readonly adoptedAs: string | undefined;
    }
  /** The person has nothing to do with the device any more. */
  | { readonly kind: "left-device" }
  | { readonly kind: "signed-out" }
  | { readonly kind: "signed-in" }
);

/** A machine was put back to where it stood when a backup was made: what it alone held of what came since is gone. */
export interface Restored {
  /** Name of a device, or `server`. */
  readonly machine: string;
  readonly atMs: number;
  readonly backupAtMs: number;
}

/** Files of a device were damaged while it was off: what its app does about it is judged by these. */
export interface Damaged {
  readonly machine: string;
  readonly before: DiskImage;
  readonly after: DiskImage;
  /** As its app had it when it had opened, and not synced yet; undefined where it did not open at once. */
  readonly opened: DiskImage | undefined;
}

export class Journal {
  readonly #entries: JournalEntry[] = [];
  readonly #restored: Restored[] = [];
  readonly #damaged: Damaged[] = [];

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  write(entry: JournalEntry): void {
    this.#entries.push(entry);
  }

  get restored(): readonly Restored[] {
    return this.#restored;
  }

  noteRestored(restored: Restored): void {
    this.#restored.push(restored);
  }

  get damaged(): readonly Damaged[] {
    return this.#damaged;
  }

  noteDamaged(damaged: Damaged): void {
    this.#damaged.push(damaged);
  }
}
