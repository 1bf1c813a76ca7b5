/**
 * Why signing in, a token, a device proof or an invitation was not accepted: the closed list of codes with the sentence
 * people read and whether trying again can help. SPEC ID-1.
 *
 * The sentences hold no token, password, e-mail or name, and say nothing that the caller did not know already.
 */
import { z } from "zod";

export const identityCodeSchema = z.enum([
  "request-invalid",
  "password-too-short",
  "sign-up-refused",
  "sign-in-refused",
  "too-many-attempts",
  "too-many-requests",
  "session-ended",
  "refresh-reused",
  "token-missing",
  "token-invalid",
  "token-wrong-kind",
  "token-expired",
  "token-revoked",
  "proof-missing",
  "proof-invalid",
  "proof-replayed",
  "use_dpop_nonce",
  "device-unknown",
  "device-revoked",
  "token-of-other-device",
  "invitation-refused",
  "ticket-refused",
  "origin-refused",
  "external-sign-in-refused",
  "external-issuer-unavailable",
]);
export type IdentityCode = z.infer<typeof identityCodeSchema>;

export const identityErrorSchema = z.object({
  code: identityCodeSchema,
  message: z.string(),
  /** Whether the same request can succeed later, or with the nonce given, without anybody changing anything. */
  isRetryable: z.boolean(),
  retryAfterMs: z.int().nonnegative().optional(),
  /** Only with `use_dpop_nonce`: what the next proof must carry. Sent as the header `DPoP-Nonce` too (RFC 9449, 8). */
  dpopNonce: z.string().optional(),
});
export type IdentityError = Readonly<z.infer<typeof identityErrorSchema>>;

/** A password's least length, in UTF-16 code units, as browsers count `minlength`. */
export const minPasswordLength = 10;

const sentences: Readonly<Record<IdentityCode, string>> = {
  "request-invalid": "The request is not in the expected form.",
  "password-too-short": `A password has at least ${minPasswordLength} characters.`,
  "sign-up-refused":
    "No account could be made with this e-mail; if you have one already, sign in.",
  "sign-in-refused": "E-mail or password is wrong.",
  "too-many-attempts":
    "Too many attempts to sign in; wait a little and try again.",
  "too-many-requests": "Too much was asked at once; wait a little.",
  "session-ended": "You were signed out; sign in again.",
  "refresh-reused":
    "This sign-in was used twice, so it was ended for safety; sign in again.",
  "token-missing": "No token was sent.",
  "token-invalid": "The token was not made by this server.",
  "token-wrong-kind": "The token is for another purpose.",
  "token-expired": "The token has expired.",
  "token-revoked": "The token was revoked.",
  "proof-missing": "The proof that this device holds its key is missing.",
  "proof-invalid":
    "The proof that this device holds its key does not fit this request.",
  "proof-replayed": "This proof was used before.",
  use_dpop_nonce: "The proof must carry the nonce of this answer.",
  "device-unknown": "There is no such device.",
  "device-revoked": "This device was revoked.",
  "token-of-other-device": "The token belongs to another device.",
  "invitation-refused": "This invitation cannot be used; ask for a new one.",
  "ticket-refused": "This ticket cannot be used; ask for a new one.",
  "origin-refused": "Pages of this origin may not connect here.",
  "external-sign-in-refused":
    "The sign-in of the other service was not accepted.",
  "external-issuer-unavailable":
    "The service that signs people in does not answer; try again soon.",
};

const retryable: ReadonlySet<IdentityCode> = new Set([
  "too-many-attempts",
  "too-many-requests",
  "use_dpop_nonce",
  "external-issuer-unavailable",
]);

export function identityError(
  code: IdentityCode,
  details: Pick<IdentityError, "retryAfterMs" | "dpopNonce"> = {},
): IdentityError {
  return {
    code,
    message: sentences[code],
    isRetryable: retryable.has(code),
    ...details,
  };
}
