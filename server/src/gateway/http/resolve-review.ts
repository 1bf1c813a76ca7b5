/**
 * Settles a conflict on a person's behalf: composes the resolution at the heads the server has accepted and sends it through
 * admission like any other change, which judges rights and content. SPEC HT-6, CO-15.
 *
 * Whoever decides states which candidates they had in view. If the live ones are others, nothing is written.
 */
import {
  actorIdSchema,
  archiveKey,
  baseOf,
  boundedHeads,
  bytesToHex,
  combineContents,
  composeChange,
  encodeResolution,
  encodeStatement,
  entryIdSchema,
  err,
  generalInitial,
  groupOf,
  maxReasonLength,
  ok,
  parseCanonical,
  canonicalize,
  randomUuid,
  resolutionKey,
  type Attribution,
  type ChangeHash,
  type Content,
  type Decision,
  type DeviceId,
  type GroupDefinition,
  type JsonValue,
  type OpId,
  type Place,
  type Random,
  type ReadTransaction,
  type RecordId,
  type RefusalCode,
  type Result,
  type ReviewId,
  type RootOp,
} from "@suture/schema";
import { z } from "@hono/zod-openapi";

import type { PushedChange } from "../../admission/judgement.ts";
import type { VerifiedSession } from "../../identity/session-tokens.ts";
import { openRecordView, type RecordView } from "../../log/record-view.ts";
import { candidateDigest, loadCandidates } from "./describe-review.ts";
import { findReview, type FoundReview } from "./find-review.ts";
import type { HttpDeps } from "./http-deps.ts";
import type { ClientCode } from "./http-response.ts";
import { noteShown } from "./note-shown.ts";
import { sessionDevice } from "./session-device.ts";

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);
/** A JSON object that has a canonical text: one with a fraction or a lone surrogate cannot be signed. */
const signableSchema = z
  .custom<Readonly<Record<string, JsonValue>>>(isSignable)
  .openapi({ type: "object", additionalProperties: true });

export const resolutionRequestSchema = z
  .object({
    decision: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("choose"), candidate: digestSchema }),
      z.object({ kind: z.literal("combine") }),
      /** Something else than either. */
      z.object({ kind: z.literal("value"), content: signableSchema }),
    ]),
    /** The digests of all candidates that were in view. */
    candidates: z.array(digestSchema).min(2).max(64),
    reason: z.string().trim().min(1).max(maxReasonLength),
    /** Ended entries by id: what every candidate held and the outcome does not. */
    archive: z.record(entryIdSchema, signableSchema).optional(),
  })
  .openapi("ResolutionRequest");
export type ResolutionRequest = z.infer<typeof resolutionRequestSchema>;

export interface ResolutionFailure {
  readonly code: ClientCode;
  readonly refusal?: RefusalCode;
}

export interface Settled {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly places: readonly Place[];
}

export async function resolveReview(
  deps: HttpDeps,
  session: VerifiedSession,
  reviewId: ReviewId,
  request: ResolutionRequest,
): Promise<Result<Settled, ResolutionFailure>> {
  const { store, clock, random, admission } = deps;
  const { personId } = session;
  const timeMs = clock.now();
  const deviceId = await sessionDevice(store, session, timeMs);
  const composed = await findReview(deps, personId, reviewId, (tx, found) =>
    composeResolution(tx, deps, found, request, { deviceId, timeMs, random }),
  );
  if (composed === undefined) return fail("review-unknown");
  if (!composed.ok) return composed;
  const { organizationId, change } = composed.value;
  await noteShown(deps, organizationId, deviceId, change);
  const { verdicts } = await admission.admit({ personId, deviceId }, [change]);
  const [verdict] = verdicts;
  switch (verdict?.verdict) {
    case "accepted":
    case "duplicate": {
      const { recordId, hash, places } = verdict;
      return ok({ recordId, hash, places });
    }
    case "refused":
      return verdict.code === "not-permitted"
        ? fail("not-permitted")
        : err({ code: "resolution-refused", refusal: verdict.code });
    case "waiting":
    case undefined:
      throw new Error("a resolution is accepted or refused");
  }
}

interface Signing {
  readonly deviceId: DeviceId;
  readonly timeMs: number;
  readonly random: Random;
}

async function composeResolution(
  tx: ReadTransaction,
  { recordTypes }: Pick<HttpDeps, "recordTypes">,
  { task, state, membership }: FoundReview,
  request: ResolutionRequest,
  { deviceId, timeMs, random }: Signing,
): Promise<
  Result<
    { readonly organizationId: RecordId; readonly change: PushedChange },
    ResolutionFailure
  >
> {
  if (task.kind !== "conflict") return fail("review-settled-elsewhere");
  if (!state.isOpen) return fail("review-closed");
  const { recordId, group: groupName } = task;
  const record = await openRecordView(tx, recordId, recordTypes.get);
  const group = record && groupOf(record.type, groupName);
  if (record === undefined || group === undefined)
    return fail("review-unknown");
  const { view } = record;
  const live = view.index.live(groupName);
  await loadCandidates(view, live);
  const byDigest = new Map(
    live.map((opId) => [candidateDigest(view.statementOf(opId)), opId]),
  );
  if (!isSameSet([...byDigest.keys()], request.candidates))
    return fail("review-changed");
  const decided = decide(group, view, live, byDigest, request);
  if (!decided.ok) return decided;

  const attribution: Attribution = {
    memberId: membership.memberId,
    deviceId,
    authoredAtMs: timeMs,
    reason: request.reason,
    nonce: bytesToHex(random.bytes(16)),
  };
  const { decision, content } = decided.value;
  const { reason } = request;
  const settles = [...live];
  const resolution = {
    group: groupName,
    settles,
    decision,
    reason,
    attribution,
  };
  const ops: RootOp[] = [
    {
      key: groupName,
      pred: live,
      set: encodeStatement({ content, attribution }),
    },
    {
      key: resolutionKey(randomUuid(random)),
      pred: [],
      set: encodeResolution(resolution),
    },
    ...Object.entries(request.archive ?? {}).map(([entryId, entry]) => ({
      key: archiveKey(groupName, entryId),
      pred: [],
      set: canonicalize(entry),
    })),
  ];
  const deps = boundedHeads(
    view.index,
    view.index.heads(),
    ops.map(({ key }) => key),
  );
  const bytes = composeChange({
    actor: actorIdSchema.parse(bytesToHex(random.bytes(16))),
    seq: 1,
    startOp: view.index.nextOp(deps),
    deps,
    timeMs,
    ops,
  });
  const { organizationId } = membership;
  return ok({ organizationId, change: { recordId, bytes } });
}

function decide(
  group: GroupDefinition,
  view: RecordView,
  live: readonly OpId[],
  byDigest: ReadonlyMap<string, OpId>,
  { decision }: ResolutionRequest,
): Result<
  { readonly decision: Decision; readonly content: Content },
  ResolutionFailure
> {
  switch (decision.kind) {
    case "choose": {
      const candidate = byDigest.get(decision.candidate);
      if (candidate === undefined) return fail("request-invalid");
      const { content } = view.statementOf(candidate);
      return ok({ decision: { kind: "choose", candidate }, content });
    }
    case "combine": {
      const base = baseOf(group, live, view) ?? generalInitial(group);
      const combined = combineContents(
        group,
        base,
        live.map((opId) => view.statementOf(opId).content),
      );
      return combined === null
        ? err({ code: "resolution-refused", refusal: "resolution-wrong" })
        : ok({ decision, content: combined.content });
    }
    case "value": {
      const { content } = decision;
      return ok({ decision: { kind: "value" }, content });
    }
  }
}

function isSignable(value: unknown): boolean {
  const parsed = z.record(z.string(), z.json()).safeParse(value);
  try {
    return parsed.success && parseCanonical(canonicalize(parsed.data)).ok;
  } catch {
    // Fractions and lone surrogates have no canonical text.
    return false;
  }
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return canonicalize(left.toSorted()) === canonicalize(right.toSorted());
}

function fail(code: ClientCode): Result<never, ResolutionFailure> {
  return err({ code });
}
