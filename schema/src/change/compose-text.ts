/**
 * Composes an edit of a text field through Automerge's `updateText`, which finds the least edit by characters. The document
 * holds exactly the changes given, so the dependencies are exact: what the person had seen. SPEC CO-8.
 */
import {
  applyChanges,
  change,
  free,
  getLastLocalChange,
  hasHeads,
  init,
  updateText,
} from "@automerge/automerge";

import type { ActorId } from "../ids.ts";
import type { RecordType } from "../records/define-record.ts";
import { genesisOf } from "./genesis.ts";

export interface TextPlan {
  readonly actor: ActorId;
  /** Everything behind the dependencies, in causal order, with the field's genesis and the actor's own earlier changes. */
  readonly changes: readonly Uint8Array[];
  readonly type: RecordType;
  readonly name: string;
  readonly text: string;
  /** The device's clock, Unix epoch. Shown; nothing is ordered by it. */
  readonly timeMs: number;
}

/** The bytes of the change; null if the text is already so. Throws if the field's genesis is not among the changes. */
export function composeText(plan: TextPlan): Uint8Array | null {
  const { type, name, text } = plan;
  const [doc] = applyChanges(
    init<Record<string, unknown>>({ actor: plan.actor }),
    [...plan.changes],
  );
  let edited = doc;
  try {
    if (!hasHeads(doc, [genesisOf(type, name).hash])) {
      throw new Error(`the genesis of ${name} is not among the changes`);
    }
    if (doc[name] === text) return null;
    edited = change(doc, { time: Math.floor(plan.timeMs / 1000) }, (draft) => {
      updateText(draft, [name], text);
    });
    return getLastLocalChange(edited) ?? null;
  } finally {
    free(edited);
  }
}
