import { z } from "zod";

import { bytesSchema } from "./bytes.ts";
import { limits } from "../codes/limits.ts";
import {
  refusalCodeSchema,
  waitingCodeSchema,
} from "../codes/verdict-codes.ts";
import { changeHashSchema, recordIdSchema, scopeIdSchema } from "../ids.ts";
import { chainHashSchema } from "./cursor.ts";
import { manifestSchema } from "./manifest.ts";

/** A batch of changes by one person, in an order in which each finds what it depends on. Answer: `verdicts`. SPEC SY-5. */
export const pushMessage = z.strictObject({
  type: z.literal("push"),
  pushId: z.int().nonnegative(),
  /** The author's sync token: a device can carry the work of several people. */
  token: z.string().max(4_096),
  changes: z
    .array(z.strictObject({ recordId: recordIdSchema, bytes: bytesSchema }))
    .min(1)
    .max(limits.maxBatchChanges),
  /** What is left after this batch. */
  unsynced: manifestSchema,
});
export type PushMessage = z.infer<typeof pushMessage>;

const named = { recordId: recordIdSchema, hash: changeHashSchema };
/** Where an accepted change stands: one place per scope, and the chain there. */
export const placeSchema = z.strictObject({
  scopeId: scopeIdSchema,
  sequence: z.int().positive(),
  chain: chainHashSchema,
});
export type Place = z.infer<typeof placeSchema>;

export const verdictSchema = z.discriminatedUnion("verdict", [
  /** Durable on the server. */
  z.strictObject({
    ...named,
    verdict: z.literal("accepted"),
    places: z.array(placeSchema),
  }),
  /** Was durable there already; the places are those of the first time. */
  z.strictObject({
    ...named,
    verdict: z.literal("duplicate"),
    places: z.array(placeSchema),
  }),
  /** Kept, and judged once what it waits for is here. */
  z.strictObject({
    ...named,
    verdict: z.literal("waiting"),
    code: waitingCodeSchema,
    message: z.string(),
  }),
  z.strictObject({
    ...named,
    verdict: z.literal("refused"),
    code: refusalCodeSchema,
    message: z.string(),
    isRetryable: z.boolean(),
  }),
]);
export type Verdict = z.infer<typeof verdictSchema>;

/** One verdict per change of a push, in its order; sent only after all of them are durable. */
export const verdictsMessage = z.strictObject({
  type: z.literal("verdicts"),
  /** Null for verdicts on changes that had been waiting. */
  pushId: z.int().nonnegative().nullable(),
  verdicts: z.array(verdictSchema),
});
export type VerdictsMessage = z.infer<typeof verdictsMessage>;
