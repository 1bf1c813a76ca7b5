/**
 * Step 7, validate: every value against its declaration, every statement against what it overwrites (rules 1 and 2 of
 * DESIGN 2), what leaves a group against the archive, and who is said to have signed against who did. SPEC AD-9 to AD-11.
 */
import { entryKey, judgeStatements } from "@suture/schema";
import type {
  Attribution,
  Edit,
  IndexedChange,
  RecordType,
  Result,
  StatementAct,
} from "@suture/schema";
import type { RecordView } from "../log/record-view.ts";
import { statementsNeeded } from "../log/statements-needed.ts";
import { refuse, type Refusal, type Signer } from "./judgement.ts";

/** `view` is the record as it was before the change: empty for a creation. */
export interface ChangeToValidate {
  readonly type: RecordType;
  readonly indexed: IndexedChange;
  readonly edits: readonly Edit[];
  readonly signer: Signer;
  readonly view: RecordView;
}

/** What each statement of the change does, for rights and audit. Loads the statements it overwrites, and what those had seen. */
export async function validateChange(
  change: ChangeToValidate,
): Promise<Result<readonly StatementAct[], Refusal>> {
  const problem =
    attributionProblem(change) ??
    writtenOnceProblem(change) ??
    resolutionProblem(change.edits);
  if (problem !== null) return problem;
  const { type, edits, view, indexed } = change;
  const liveBefore = (group: string) => view.index.liveAt(indexed.deps, group);
  for (const edit of edits) {
    if (edit.kind === "statement")
      await view.loadStatements(statementsNeeded(view, edit.pred));
    if (edit.kind === "archive")
      await view.loadStatements(liveBefore(edit.name));
  }
  return judgeStatements(type, edits, liveBefore, view);
}

/** Who signs is who is signed in, on the device that is. */
function attributionProblem({ edits, signer }: ChangeToValidate) {
  const isOwn = ({ memberId, deviceId }: Attribution) =>
    memberId === signer.memberId && deviceId === signer.deviceId;
  for (const edit of edits) {
    const attribution =
      edit.kind === "statement"
        ? edit.statement.attribution
        : edit.kind === "resolution"
          ? edit.resolution.attribution
          : null;
    if (attribution !== null && !isOwn(attribution))
      return refuse(
        "attribution-wrong",
        "it is signed in the name of another person or device",
      );
  }
  return null;
}

/** Entries of a set that is append-only are rewritten with their one status only. */
function writtenOnceProblem({ type, edits, view, indexed }: ChangeToValidate) {
  for (const edit of edits) {
    if (edit.kind !== "entry") continue;
    const field = type.fields[edit.name];
    if (field?.kind !== "set" || field.appendOnlyUntil === undefined) continue;
    if (edit.pred.length === 0 && !isWritten(edit, view, indexed)) continue;
    if (statusOf(edit.entry) !== field.appendOnlyUntil)
      return refuse(
        "value-invalid",
        `an entry of ${edit.name} is written once`,
      );
  }
  return null;
}

/** Whether the author had seen the entry, though nothing is said to be overwritten. */
function isWritten(
  edit: Extract<Edit, { readonly kind: "entry" }>,
  view: RecordView,
  indexed: IndexedChange,
): boolean {
  return view
    .entryWriters(entryKey(edit.name, edit.entryId))
    .some((hash) => view.index.isSeenByAny(hash, indexed.deps));
}

function statusOf(entry: unknown): unknown {
  return typeof entry === "object" && entry !== null && "status" in entry
    ? entry.status
    : undefined;
}

/** A resolution is never rewritten. `judgeStatements` compares it with the statement it stands beside. */
function resolutionProblem(edits: readonly Edit[]) {
  return edits.some(
    ({ kind, pred }) => kind === "resolution" && pred.length > 0,
  )
    ? refuse("resolution-wrong", "a resolution is written once")
    : null;
}
