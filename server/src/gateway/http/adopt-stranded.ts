/**
 * Takes over a refused change under one's own name: it is composed again at the accepted changes its author had seen, never at
 * newer ones, and goes through admission, which judges it by the rights of whoever adopts it. SPEC SW-22, SW-23.
 *
 * What was adopted before is answered the same; a second change is never made of it.
 */
import {
  actorIdSchema,
  bytesToHex,
  ChangeIndex,
  err,
  interpretChange,
  ok,
  reexpressChange,
  type AcceptedRecord,
  type ChangeHash,
  type DeviceId,
  type Edit,
  type Random,
  type ReadTransaction,
  type RecordId,
  type RefusalCode,
  type Result,
} from "@suture/schema";

import type { PushedChange } from "../../admission/judgement.ts";
import type { VerifiedSession } from "../../identity/session-tokens.ts";
import { openRecordView, readEdits } from "../../log/record-view.ts";
import type { StrandedRequest } from "./dismiss-stranded.ts";
import { actingMember } from "./acting-member.ts";
import {
  findStranded,
  readRefusedChange,
  strandedDeciders,
  type Stranded,
  type StrandedState,
} from "./find-stranded.ts";
import type { HttpDeps } from "./http-deps.ts";
import type { ClientCode } from "./http-response.ts";
import { readLostBehind, type LostRecord } from "./lost-behind.ts";
import { sessionDevice } from "./session-device.ts";

export interface AdoptionFailure {
  readonly code: ClientCode;
  readonly refusal?: RefusalCode;
}

type Adopted = Extract<StrandedState, { readonly kind: "adopted" }>;

/** That it was adopted already, or what is to be pushed. */
type Found =
  | { readonly kind: "adopted"; readonly state: Adopted }
  | { readonly kind: "composed"; readonly changes: readonly PushedChange[] };

export async function adoptStranded(
  deps: HttpDeps,
  session: VerifiedSession,
  { id, hash, reason }: StrandedRequest,
): Promise<Result<Adopted, AdoptionFailure>> {
  const { store, clock, random, recordTypes, admission } = deps;
  const { personId } = session;
  const decider = await actingMember(deps, personId, id, strandedDeciders);
  if (!decider.ok) return err({ code: decider.error });
  const reader = decider.value;
  const timeMs = clock.now();
  const deviceId = await sessionDevice(store, session, timeMs);
  const { memberId } = reader.membership;
  const adopter = { memberId, deviceId, timeMs, reason, random };
  const found = await store.read(
    id,
    async (tx): Promise<Result<Found, AdoptionFailure>> => {
      const stranded = await findStranded(tx, recordTypes, reader, hash);
      if (stranded === undefined) return unknown;
      const { state } = stranded;
      switch (state.kind) {
        case "adopted":
          return ok({ kind: "adopted", state });
        case "said-again":
          return err({ code: "stranded-said-again" });
        case "open":
        case "dismissed":
          return composeAdoption(tx, deps, stranded, adopter);
      }
    },
  );
  if (!found.ok) return found;
  if (found.value.kind === "adopted") return ok(found.value.state);
  const { changes } = found.value;
  const { verdicts } = await admission.admit({ personId, deviceId }, changes);
  const verdict = verdicts.at(-1);
  if (verdict?.verdict === "refused")
    return err({ code: "adoption-refused", refusal: verdict.code });
  // Accepted, or somebody else was faster: either way it says who adopted it.
  const state = await store.read(id, async (tx) => {
    const stranded = await findStranded(tx, recordTypes, reader, hash);
    return stranded?.state;
  });
  return state?.kind === "adopted" ? ok(state) : unknown;
}

const unknown = err<AdoptionFailure>({ code: "stranded-unknown" });

interface Adopter {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  readonly timeMs: number;
  readonly reason: string;
  readonly random: Random;
}

/** In the order to push it: the last change says the refused one again. */
async function composeAdoption(
  tx: ReadTransaction,
  { recordTypes }: Pick<HttpDeps, "recordTypes">,
  stranded: Stranded,
  { memberId, deviceId, timeMs, reason, random }: Adopter,
): Promise<Result<Found, AdoptionFailure>> {
  const { recordId, hash, verdict, place } = stranded;
  const change = await readRefusedChange(tx, stranded);
  // Not to be read at all, or about nothing that is known here.
  if (change === null || place.type === null) return refused(verdict.code);
  const { type } = place;
  const edits = interpretChange(type, change);
  if (!edits.ok) return refused(edits.error.code);
  const record = await openRecordView(tx, recordId, recordTypes.get);
  const index = record?.view.index ?? new ChangeIndex();
  const lostRecord = { recordId, type, index };
  const { before, isComplete } = await readLostBehind(
    tx,
    lostRecord,
    change.deps,
  );
  if (!isComplete) return refused("depends-on-refused");
  const chunks = reexpressChange({
    type,
    accepted: await readAccepted(tx, lostRecord),
    lost: { change, edits: edits.value },
    before,
    actor: actorIdSchema.parse(bytesToHex(random.bytes(16))),
    timeMs,
    attribute: ({ basedOn }) => ({
      memberId,
      deviceId,
      authoredAtMs: timeMs,
      reason,
      nonce: bytesToHex(random.bytes(16)),
      ...(basedOn !== undefined && { basedOn }),
    }),
  });
  if (!chunks.ok) return refused(chunks.error.code);
  const last = chunks.value.length - 1;
  const { memberId: authorId, deviceId: authorsDeviceId } = verdict;
  const pushedBy = { memberId: authorId, deviceId: authorsDeviceId };
  const changes = chunks.value.map((bytes, position) => ({
    recordId,
    bytes,
    ...(position === last && { adopts: { hash, pushedBy, reason } }),
  }));
  return ok({ kind: "composed", changes });
}

async function readAccepted(
  tx: ReadTransaction,
  { recordId, type, index }: LostRecord,
): Promise<AcceptedRecord> {
  const editsByHash = new Map<ChangeHash, readonly Edit[]>();
  for (const { hash } of index.changes())
    editsByHash.set(hash, await readEdits(tx, type, recordId, hash));
  return { index, editsOf: (hash) => editsByHash.get(hash) ?? [] };
}

function refused(refusal: RefusalCode): Result<never, AdoptionFailure> {
  return err({ code: "adoption-refused", refusal });
}
