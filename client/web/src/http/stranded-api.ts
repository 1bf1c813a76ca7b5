/** What the server refused and keeps, for those who run an organization. Every look is in the chain of reads. SPEC SW-20 to SW-24. */
import {
  strandedDescriptionSchema,
  strandedPageSchema,
  strandedStateSchema,
  type ChangeHash,
  type RecordId,
} from "@suture/schema";
import { z } from "zod";

import type { ApiFetch } from "./api-fetch.ts";

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
    answer: strandedPageSchema,
  });
}

interface RefusedName {
  readonly organizationId: RecordId;
  readonly hash: ChangeHash;
}

export function readRefused(api: ApiFetch, refused: RefusedName) {
  const path = pathOf(refused);
  return api({ method: "GET", path, answer: strandedDescriptionSchema });
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
    answer: z.object({ state: strandedStateSchema }),
  });
}

function pathOf({ organizationId, hash }: RefusedName): string {
  return `/v1/organizations/${organizationId}/stranded/${hash}`;
}
