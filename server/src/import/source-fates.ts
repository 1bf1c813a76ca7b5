/** What became of each resource of an import: the sum of what became of the pieces that stem from it. */
import type { RecordDraft } from "@suture/schema";
import type { Untouched } from "./plan-record.ts";

/** `refused`: admission, or composing, said no; the code says why. */
export type Fate =
  | { readonly kind: "written" }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: Untouched };

export class SourceFates {
  readonly #kinds = new Map<number, Set<Fate["kind"]>>();
  readonly #codes = new Map<number, string>();

  note(draft: RecordDraft, origin: string, fate: Fate): void {
    for (const source of draft.origins[origin] ?? []) {
      const kinds = this.#kinds.get(source) ?? new Set();
      this.#kinds.set(source, kinds.add(fate.kind));
      if (fate.kind === "refused") this.#codes.set(source, fate.code);
    }
  }

  /** By position in the import's outcomes; empty for a resource of which no record holds a piece. */
  of(source: number): ReadonlySet<Fate["kind"]> {
    return this.#kinds.get(source) ?? new Set();
  }

  /** Why a piece of the resource was refused. */
  codeOf(source: number): string {
    return this.#codes.get(source) ?? "refused";
  }
}
