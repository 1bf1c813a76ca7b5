/**
 * Why the HTTP API did not do what was asked: the closed list of codes with the sentence people read and whether the same
 * request can succeed later. Signing in and tokens have codes of their own (`identity-codes.ts`). SPEC HT-1.
 *
 * What does not exist and what the caller may not see have the same code and sentence.
 */
import { z } from "zod";

import { refusalCodeSchema, type RefusalCode } from "./verdict-codes.ts";

export const httpCodeSchema = z.enum([
  "request-invalid",
  "body-too-large",
  "length-required",
  "route-unknown",
  "record-unknown",
  "attachment-unknown",
  "attachment-not-here",
  "attachment-refused",
  "review-unknown",
  "scope-unknown",
  "organization-unknown",
  "member-unknown",
  "not-permitted",
  "review-changed",
  "review-closed",
  "review-settled-elsewhere",
  "resolution-refused",
  "device-unknown",
  "stranded-unknown",
  "stranded-said-again",
  "adoption-refused",
  "upgrade-required",
  "not-ready",
  "server-failed",
]);
export type HttpCode = z.infer<typeof httpCodeSchema>;

export const httpErrorSchema = z.object({
  code: httpCodeSchema,
  message: z.string(),
  /** Whether the same request can succeed later without anybody changing anything. */
  isRetryable: z.boolean(),
  /** Only with `resolution-refused` and `adoption-refused`: why admission refused the change. */
  refusal: refusalCodeSchema.optional(),
});
export type HttpError = Readonly<z.infer<typeof httpErrorSchema>>;

const sentences: Readonly<Record<HttpCode, string>> = {
  "request-invalid": "The request is not in the expected form.",
  "body-too-large": "The request's body is too large.",
  "length-required": "The request does not say how long its body is.",
  "route-unknown": "There is nothing at this address.",
  "record-unknown": "There is no such record, or it is not yours to see.",
  "attachment-unknown":
    "No record names such an attachment, or it is not yours to see.",
  "attachment-not-here":
    "Its bytes have not come here yet from the device that has them.",
  "attachment-refused":
    "These are not the bytes of a picture that the record names.",
  "review-unknown": "There is no such task, or it is not yours to see.",
  "scope-unknown": "There is no such scope, or it is not yours to see.",
  "organization-unknown":
    "There is no such organization, or you are not a member of it.",
  "member-unknown": "There is no such member in this organization.",
  "not-permitted": "None of your roles may do this.",
  "review-changed":
    "The candidates have changed since you looked; look again before you decide.",
  "review-closed": "This task is closed already.",
  "review-settled-elsewhere":
    "This task closes when the records it is about are changed; it has no candidates to decide between.",
  "resolution-refused": "The resolution was not accepted.",
  "device-unknown":
    "There is no such device, or nobody of this organization uses it.",
  "stranded-unknown":
    "There is no such refused change, or it is not yours to see.",
  "stranded-said-again":
    "Its author's device has said this again by itself; there is nothing left to adopt.",
  "adoption-refused": "The work could not be adopted.",
  "upgrade-required":
    "Devices sync here over a WebSocket; ask for an upgrade to one.",
  "not-ready": "The server is not ready to serve requests.",
  "server-failed": "Something went wrong in the server.",
};

const retryable: ReadonlySet<HttpCode> = new Set([
  "attachment-not-here",
  "not-ready",
  "server-failed",
]);

export function httpError(code: HttpCode, refusal?: RefusalCode): HttpError {
  return {
    code,
    message: sentences[code],
    isRetryable: retryable.has(code),
    ...(refusal !== undefined && { refusal }),
  };
}
