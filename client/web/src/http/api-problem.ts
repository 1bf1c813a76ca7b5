/** Why the server's HTTP interface did not do what was asked, as a person is told. SPEC AP-80. */
import {
  httpErrorSchema,
  identityErrorSchema,
  type HttpCode,
  type IdentityCode,
  type RefusalCode,
} from "@suture/schema";

export interface ApiProblem {
  readonly code:
    | HttpCode
    | IdentityCode
    | "needs-server"
    | "captive-portal"
    | "other-answer";
  /** In the server's own words, where it said anything. */
  readonly message: string | null;
  readonly isRetryable: boolean;
  /** Why admission refused, where that was it. */
  readonly refusal?: RefusalCode;
}

/** No answer came, or none of this server's. */
export function withoutServer(
  code: "needs-server" | "captive-portal" | "other-answer",
): ApiProblem {
  return { code, message: null, isRetryable: code !== "other-answer" };
}

/** Of an answer that is no success. */
export function problemOf(status: number, json: unknown): ApiProblem {
  const known = httpErrorSchema.safeParse(json);
  if (known.success) {
    const { code, message, isRetryable, refusal } = known.data;
    return {
      code,
      message,
      isRetryable,
      ...(refusal !== undefined && { refusal }),
    };
  }
  const identity = identityErrorSchema.safeParse(json);
  if (identity.success) {
    const { code, message, isRetryable } = identity.data;
    return { code, message, isRetryable };
  }
  // A proxy before a server that is down, rather than a server of another kind.
  const isBusy = status >= 500 || status === 429 || status === 408;
  return withoutServer(isBusy ? "needs-server" : "other-answer");
}
