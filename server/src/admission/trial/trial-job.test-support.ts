/** For tests: records with a text, and edits of it, good and bad. */
import {
  actorIdSchema,
  decodeChange,
  defaultChangeLimits,
  deviceIdSchema,
  composeChange,
  randomUuid,
  recordIdFromBytes,
  serviceJob,
  type TrialJob,
} from "@suture/schema";
import { seededRandom, TestAuthor } from "../author.test-support.ts";
import type { DocumentTrial } from "./document-trial.ts";

/** A service job, and edits of its text that were not accepted yet, one upon the other. */
export function textJob(seed: number, texts = ["The pump leaks."]): TrialJob {
  const random = seededRandom(seed);
  const newId = () => recordIdFromBytes(random.bytes(16));
  const deviceId = deviceIdSchema.parse(randomUuid(random));
  const author = new TestAuthor({ memberId: newId(), deviceId }, random);
  const { replica } = author.create(serviceJob, { parentId: newId() });
  author.beginText(replica, "description");
  const accepted = [...replica.chunks()];
  const changes = texts.map(
    (text) => author.writeText(replica, "description", text).bytes,
  );
  return { accepted, changes };
}

/** The same with a change behind the creation that leaves a gap in its actor's sequence: Automerge panics. */
export function poisonJob(seed: number): TrialJob {
  const { accepted } = textJob(seed);
  const [creation] = accepted;
  const read = decodeChange(creation ?? new Uint8Array(), defaultChangeLimits);
  if (!read.ok) throw new Error(read.error.reason);
  const { actor, hash, ops } = read.value;
  const poison = composeChange({
    actor: actorIdSchema.parse(actor),
    seq: 7,
    startOp: ops.length + 1,
    deps: [hash],
    timeMs: 0,
    ops: [{ key: "priority", set: "urgent", pred: [] }],
  });
  return { accepted, changes: [poison] };
}

/** A trial, and of its results the verdicts. */
export function verdictsOf(trial: DocumentTrial) {
  return {
    async try(jobs: readonly TrialJob[]) {
      const results = await trial.try(jobs);
      return results.map(({ verdicts }) => verdicts);
    },
    close: () => trial.close(),
  };
}
