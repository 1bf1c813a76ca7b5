/**
 * FHIR R4 `Appointment.participant`. `practitioner` names a member's record; a location is an entry of a team's `locations`.
 * Without a record there is only a name, which nothing can be compared with: such a participant is never double-booked.
 */
import { z } from "zod";

import { entryIdSchema, recordIdSchema } from "../ids.ts";
import { shortTextSchema } from "./bounded-text.ts";

/** FHIR's participationstatus, and `withdrawn`, ours: taken off the appointment, for which FHIR has no word. */
export const participationStatusSchema = z.enum([
  "accepted",
  "tentative",
  "needs-action",
  "declined",
  "withdrawn",
]);

const common = {
  status: participationStatusSchema,
  required: z
    .enum(["required", "optional", "information-only"])
    .exactOptional(),
  display: shortTextSchema.exactOptional(),
};

export const participantSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.enum(["patient", "practitioner", "equipment"]),
      recordId: recordIdSchema.exactOptional(),
      ...common,
    }),
    z.strictObject({
      kind: z.literal("location"),
      teamId: recordIdSchema.exactOptional(),
      locationId: entryIdSchema.exactOptional(),
      ...common,
    }),
  ])
  .refine((participant) => {
    if (participant.display !== undefined) return true;
    if (participant.kind !== "location")
      return participant.recordId !== undefined;
    return (
      participant.teamId !== undefined && participant.locationId !== undefined
    );
  }, "a participant is a record or has a name");
export type Participant = z.infer<typeof participantSchema>;

export function isParticipantEnded({ status }: Participant): boolean {
  return status === "declined" || status === "withdrawn";
}
