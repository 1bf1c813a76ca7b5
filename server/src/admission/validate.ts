/**
 * Step 7, validate: every value against its declaration, every statement against what it overwrites (rules 1 and 2 of
 * DESIGN 2), what leaves a group against the archive, and who is said to have signed against who did. SPEC AD-7, AD-10.
 */
import { entryKey, judgeStatements, resolutionKey } from "@suture/schema";
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

/** What each statement of the change does, for rights and audit. A promise only where statements that it overwrites are to be loaded. */
export function validateChange(
  change: ChangeToValidate,
): Validation | Promise<Validation> {
  const problem = attributionProblem(change) ?? writtenOnceProblem(change);
  if (problem !== null) return problem;
  const isSigned = ({ kind }: Edit) =>
    kind === "statement" || kind === "archive";
  return change.edits.some(isSigned)
    ? loadOverwritten(change).then(() => judgeSigned(change))
    : judgeSigned(change);
}

type Validation = Result<readonly StatementAct[], Refusal>;

/** And what those had seen. */
async function loadOverwritten({
  edits,
  view,
  indexed,
}: ChangeToValidate): Promise<void> {
  for (const edit of edits) {
    if (edit.kind === "statement")
      await view.loadStatements(statementsNeeded(view, edit.pred));
    if (edit.kind === "archive")
      await view.loadStatements(view.index.liveAt(indexed.deps, edit.name));
  }
}

function judgeSigned({
  type,
  edits,
  view,
  indexed,
}: ChangeToValidate): Validation {
  const liveBefore = (group: string) => view.index.liveAt(indexed.deps, group);
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

/** What is written once is not written again by leaving out what it overwrites. */
function writtenOnceProblem({ type, edits, view, indexed }: ChangeToValidate) {
  for (const edit of edits) {
    const key = writtenOnceKey(type, edit);
    if (key === null || edit.pred.length > 0) continue;
    const writers = view.entryWriters(key);
    if (writers.some((hash) => view.index.isSeenByAny(hash, indexed.deps)))
      return refuse("value-invalid", "it overwrites what is written once");
  }
  return null;
}

function writtenOnceKey(type: RecordType, edit: Edit): string | null {
  if (edit.kind === "resolution") return resolutionKey(edit.resolutionId);
  if (edit.kind !== "entry") return null;
  const field = type.fields[edit.name];
  return field?.kind === "set" && field.appendOnlyUntil !== undefined
    ? entryKey(edit.name, edit.entryId)
    : null;
}
