/** A record's history as the server tells it, with what had been sent to whom. Looking is in the server's chain of reads. SPEC AU-8. */
import {
  changeHashSchema,
  deviceIdSchema,
  opIdSchema,
  recordIdSchema,
  scopeIdSchema,
  type RecordId,
} from "@suture/schema";
import { z } from "zod";

import type { ApiFetch } from "./api-fetch.ts";

const fromTo = { before: z.array(z.unknown()), after: z.unknown().optional() };

export const serverEditSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("value"), target: z.string(), ...fromTo }),
  z.object({ kind: z.literal("text"), target: z.string() }),
  z.object({ kind: z.literal("increment"), target: z.string(), by: z.int() }),
  z.object({
    kind: z.literal("statement"),
    target: z.string(),
    attribution: z.object({
      memberId: recordIdSchema,
      deviceId: deviceIdSchema,
      authoredAtMs: z.int(),
      reason: z.string().optional(),
    }),
    changes: z.array(
      z.object({
        part: z.string(),
        entryId: z.string().nullable(),
        ...fromTo,
      }),
    ),
  }),
  z.object({
    kind: z.literal("resolution"),
    target: z.string(),
    group: z.string(),
    settles: z.array(z.string()),
    decision: z.unknown(),
    reason: z.string(),
  }),
]);
export type ServerEdit = z.infer<typeof serverEditSchema>;

const serverEntrySchema = z.object({
  number: z.int().positive(),
  hash: changeHashSchema,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  deviceTimeMs: z.int(),
  admittedAtMs: z.int(),
  isHead: z.boolean(),
  edits: z.array(serverEditSchema),
  adopts: z
    .object({
      hash: changeHashSchema,
      memberId: recordIdSchema,
      deviceId: deviceIdSchema,
    })
    .nullable(),
  seen: z.object({
    changes: z.array(changeHashSchema),
    delivered: z.array(
      z.object({
        scopeId: scopeIdSchema,
        fromSequence: z.int(),
        sequence: z.int(),
        atMs: z.int(),
      }),
    ),
    overwrote: z.array(
      z.object({
        opId: opIdSchema,
        hash: changeHashSchema,
        isOwn: z.boolean(),
        deliveredAtMs: z.int().nullable(),
      }),
    ),
  }),
});
export type ServerEntry = z.infer<typeof serverEntrySchema>;

const pageSchema = z.object({
  recordId: recordIdSchema,
  recordType: z.string(),
  heads: z.array(changeHashSchema),
  entries: z.array(serverEntrySchema),
  next: z.int().nullable(),
});

const pageEntries = 200;

/** A page, in the order of admission; `next` is where to go on. */
export function readHistoryPage(
  api: ApiFetch,
  recordId: RecordId,
  after: number,
) {
  return api({
    method: "GET",
    path: `/v1/records/${recordId}/history`,
    query: { after, limit: pageEntries },
    answer: pageSchema,
  });
}
