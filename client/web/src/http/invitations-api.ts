import type { RecordId } from "@suture/schema";
import { z } from "zod";

import type { ApiFetch } from "./api-fetch.ts";

const invitationSchema = z.object({ code: z.string(), expiresAtMs: z.int() });
export type Invitation = z.infer<typeof invitationSchema>;

/** A one-time code for a member the server knows. Shown once; to be handed over in person. SPEC HT-8. */
export function invite(
  api: ApiFetch,
  member: { readonly organizationId: RecordId; readonly memberId: RecordId },
) {
  return api({
    method: "POST",
    path: "/v1/invitations",
    body: member,
    answer: invitationSchema,
  });
}
