/**
 * Tries changes on a scratch copy of their record: what cannot be read off a change's structure is found out by doing it.
 *
 * A change is sound if the record with it reads, saves, loads again as the same, can be edited afterwards, and is the same
 * whether the change came last or as early as it could. Whatever Automerge does with a change that is not (it throws, panics,
 * or loses something), the scratch copy is thrown away with it. SPEC AD-22.
 */
import {
  applyChanges,
  change,
  free,
  getHeads,
  getMissingDeps,
  init,
  load,
  save,
  splice,
  toJS,
  type Doc,
} from "@automerge/automerge";

export interface TrialJob {
  /** Everything the record holds, in causal order. */
  readonly accepted: readonly Uint8Array[];
  /** To be tried one upon the other, in an order in which each finds what it builds on. */
  readonly changes: readonly Uint8Array[];
}

/** `untried`: something before it was unsound, so nothing is known of this one. */
export type TrialVerdict = "sound" | "unsound" | "untried";

type Draft = Record<string, unknown>;

/** Neither counts outside the scratch copy; given, so that the same changes are always tried alike. */
const scratchActor = "74727961";
const scratchTime = 0;

/** One verdict per change, in order. Never throws. */
export function tryChanges({
  accepted,
  changes,
}: TrialJob): readonly TrialVerdict[] {
  const verdicts: TrialVerdict[] = [];
  for (const [position, bytes] of changes.entries()) {
    const before = [...accepted, ...changes.slice(0, position)];
    if (verdicts.includes("unsound")) verdicts.push("untried");
    else verdicts.push(isSound(before, bytes) ? "sound" : "unsound");
  }
  return verdicts;
}

function isSound(before: readonly Uint8Array[], bytes: Uint8Array): boolean {
  try {
    return tryWhole([...before, bytes]) === tryWhole([bytes, ...before]);
  } catch {
    return false;
  }
}

/** What the record says with these changes. Throws if it cannot be saved, loaded as the same, and edited again. */
function tryWhole(changes: readonly Uint8Array[]): string {
  const drafts: Doc<Draft>[] = [];
  const keep = (doc: Doc<Draft>) => {
    drafts.push(doc);
    return doc;
  };
  try {
    const [doc] = applyChanges(init<Draft>(scratchActor), [...changes]);
    const said = contentOf(keep(doc));
    const loaded = keep(load<Draft>(save(doc), scratchActor));
    if (contentOf(loaded) !== said) throw new Error("it loads as another");
    const edited = keep(editAgain(loaded));
    const reloaded = keep(load<Draft>(save(edited)));
    if (contentOf(reloaded) !== contentOf(edited))
      throw new Error("what is written afterwards is lost");
    return said;
  } finally {
    for (const draft of drafts) release(draft);
  }
}

/** Writes beside everything, and into every text at both ends. Texts read as strings; every other text is opaque. */
function editAgain(doc: Doc<Draft>): Doc<Draft> {
  return change(doc, { time: scratchTime }, (draft) => {
    for (const [key, value] of Object.entries(doc)) {
      if (typeof value !== "string") continue;
      splice(draft, [key], 0, 0, "a");
      splice(draft, [key], [...value].length + 1, 0, "z");
    }
    draft["tried"] = true;
  });
}

function contentOf(doc: Doc<Draft>): string {
  const missing = getMissingDeps(doc, []);
  if (missing.length > 0) throw new Error("it builds on what is not there");
  return JSON.stringify([getHeads(doc).toSorted(), toJS(doc)]);
}

/** A document whose wasm side panicked cannot be freed any more. */
function release(doc: Doc<Draft>): void {
  try {
    free(doc);
  } catch {
    // Lost with the scratch copy.
  }
}
