/** What the server refused and keeps, for those who run an organization. Every look is in the chain of reads. SPEC SW-20 to SW-24. */
import {
  changeHashSchema,
  deviceIdSchema,
  recordIdSchema,
  refusalCodeSchema,
  type ChangeHash,
  type RecordId,
} from "@suture/schema";
import { z } from "zod";

import type { ApiFetch } from "./api-fetch.ts";
import { serverEditSchema } from "./history-api.ts";

const decided = {
  byMemberId: recordIdSchema,
  atMs: z.int(),
  reason: z.string(),
};

const stateSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("open") }),
  z.object({ kind: z.literal("adopted"), ...decided, as: changeHashSchema }),
  z.object({ kind: z.literal("dismissed"), ...decided }),
  z.object({ kind: z.literal("said-again"), as: changeHashSchema }),
]);

const summarySchema = z.object({
  recordId: recordIdSchema,
  recordType: z.string().nullable(),
  hash: changeHashSchema,
  code: refusalCodeSchema,
  message: z.string(),
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  refusedAtMs: z.int(),
  state: stateSchema,
});
export type StrandedSummary = z.infer<typeof summarySchema>;

const detailSchema = summarySchema.extend({
  deviceTimeMs: z.int().nullable(),
  base: z.array(changeHashSchema),
  tried: z.array(serverEditSchema).nullable(),
  typed: z.array(
    z.object({
      target: z.string(),
      inserted: z.string(),
      deletedCount: z.int(),
    }),
  ),
});
export type StrandedDetail = z.infer<typeof detailSchema>;

const pageSchema = z.object({
  stranded: z.array(summarySchema),
  next: z.int().nullable(),
});

/** Newest first; `before` is `next` of the page before. */
export function listRefused(
  api: ApiFetch,
  organizationId: RecordId,
  before?: number,
) {
  return api({
    method: "GET",
    path: `/v1/organizations/${organizationId}/stranded`,
    query: { before },
    answer: pageSchema,
  });
}

interface RefusedName {
  readonly organizationId: RecordId;
  readonly hash: ChangeHash;
}

export function readRefused(api: ApiFetch, refused: RefusedName) {
  const path = pathOf(refused);
  return api({ method: "GET", path, answer: detailSchema });
}

/** With its bytes, as it came. Holds clinical content. */
export function exportRefused(api: ApiFetch, refused: RefusedName) {
  const path = `${pathOf(refused)}/export`;
  return api({ method: "GET", path, answer: z.json() });
}

export function decideRefused(
  api: ApiFetch,
  refused: RefusedName,
  verb: "adopt" | "dismiss",
  reason: string,
) {
  return api({
    method: "POST",
    path: `${pathOf(refused)}/${verb}`,
    body: { reason },
    answer: z.object({ state: stateSchema }),
  });
}

function pathOf({ organizationId, hash }: RefusedName): string {
  return `/v1/organizations/${organizationId}/stranded/${hash}`;
}
