/**
 * What one batch knows of its changes of texts: which were tried, upon what, and what came of it.
 *
 * What structure cannot exclude is tried before it is admitted, and never inside a transaction: a part of a batch ends before
 * the change in question, the change is tried, with the batch's later ones of its record that build on it, and the next part
 * begins with it. A verdict holds for exactly the changes that the record held in the trial. SPEC AD-22.
 */
import type {
  ChangeHash,
  ChangeIndex,
  ReadTransaction,
  RecordId,
  TrialJob,
  TrialVerdict,
} from "@suture/schema";
import { changeBytesTable } from "../log/log-tables.ts";
import type { WorkGauge } from "./admission.ts";
import type { AdmissionPlan } from "./judge-change.ts";
import type { ReadChange } from "./judgement.ts";
import type { DocumentTrial } from "./trial/document-trial.ts";

export interface WantedTrial {
  readonly job: TrialJob;
  /** Of the job's changes, in their order. */
  readonly hashes: readonly ChangeHash[];
}

interface Tried {
  readonly verdict: TrialVerdict;
  readonly heldCount: number;
  /** What was tried before it, on top of what the record held. */
  readonly before: readonly ChangeHash[];
}

/** Others may be writing the same record all the time. */
const maxTrials = 8;
/** With what is accepted, what one job may come to: each change is tried on all that is before it. */
const maxChangesTimesHeld = 2_000;
const maxChangesAtOnce = 32;

export class TrialBook {
  readonly #tried = new Map<ChangeHash, Tried>();
  readonly #trialCounts = new Map<ChangeHash, number>();

  /** Undefined if the change has to be tried as the record is now. */
  verdictOn(index: ChangeIndex, hash: ChangeHash): TrialVerdict | undefined {
    const tried = this.#tried.get(hash);
    if (tried === undefined || tried.verdict === "untried") return undefined;
    const { heldCount, before, verdict } = tried;
    return index.size === heldCount + before.length &&
      before.every((other) => index.has(other))
      ? verdict
      : undefined;
  }

  /** Whether the record changes faster than the change can be tried. */
  isGivenUp(hash: ChangeHash): boolean {
    return (this.#trialCounts.get(hash) ?? 0) >= maxTrials;
  }

  async runTrial(
    trial: DocumentTrial,
    { job, hashes }: WantedTrial,
    work: WorkGauge,
  ): Promise<void> {
    const [result] = await trial.try([job]);
    work.add(result?.workMs ?? 0);
    const [first] = hashes;
    if (first !== undefined)
      this.#trialCounts.set(first, (this.#trialCounts.get(first) ?? 0) + 1);
    for (const [position, hash] of hashes.entries())
      this.#tried.set(hash, {
        verdict: result?.verdicts[position] ?? "untried",
        heldCount: job.accepted.length,
        before: hashes.slice(0, position),
      });
  }
}

/** Only texts are written in ways that structure alone does not show to be sound. SPEC AD-18. */
export function writesText({ edits }: Pick<AdmissionPlan, "edits">): boolean {
  return edits.some(({ kind }) => kind === "text");
}

/** The trial of a change, and of those that come behind it in its record. */
export async function readTrial(
  tx: ReadTransaction,
  { read, memory }: AdmissionPlan,
  behind: readonly ReadChange[],
): Promise<WantedTrial> {
  const { recordId } = read;
  const held = await readChunks(tx, recordId, memory.index);
  const count = Math.min(
    maxChangesAtOnce,
    Math.max(1, Math.floor(maxChangesTimesHeld / (held.length + 1))),
  );
  const changes = [
    read,
    ...behind.filter(
      (other) =>
        other.recordId === recordId && other.change.hash !== read.change.hash,
    ),
  ].slice(0, count);
  return {
    job: { accepted: held, changes: changes.map(({ bytes }) => bytes) },
    hashes: changes.map(({ change }) => change.hash),
  };
}

async function readChunks(
  tx: ReadTransaction,
  recordId: RecordId,
  index: ChangeIndex,
): Promise<readonly Uint8Array[]> {
  const rows = await tx.scan(changeBytesTable, { prefix: [recordId] });
  const bytesByHash = new Map(rows.map(({ key, value }) => [key[1], value]));
  const chunks: Uint8Array[] = [];
  for (const { hash } of index.changes()) {
    const bytes = bytesByHash.get(hash);
    if (bytes === undefined)
      throw new Error("a change in the index has no bytes");
    chunks.push(bytes);
  }
  return chunks;
}
