/**
 * One request to a server's identity routes, and an honest reading of whatever answers: a Suture server, another server, a
 * captive portal that answers every URL with its own page, or nothing. SPEC ID-18.
 *
 * Redirects are not followed: a portal's would carry the password along.
 */
import { err, identityErrorSchema, ok } from "@suture/schema";
import type { IdentityError, Result } from "@suture/schema";
import { z } from "zod";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What stood in the way before a Suture server could answer. One sentence each, for the person who signs in. */
export interface ConnectionError {
  readonly code: "unreachable" | "captive-portal" | "wrong-server";
  readonly message: string;
  readonly isRetryable: boolean;
}

/** A refusal of a server newer than this client, in the server's words. */
export interface UnknownRefusal {
  readonly code: "unknown-refusal";
  readonly message: string;
  readonly isRetryable: boolean;
}

export type RequestError = ConnectionError | IdentityError | UnknownRefusal;

export interface IdentityRequest<S extends z.ZodType> {
  readonly fetch: Fetch;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer: S;
}

const connectionErrors = {
  unreachable: {
    code: "unreachable",
    message:
      "The server cannot be reached; check the connection and try again.",
    isRetryable: true,
  },
  "captive-portal": {
    code: "captive-portal",
    message:
      "This network answers with a page of its own; open a browser and sign in to the network first.",
    isRetryable: true,
  },
  "wrong-server": {
    code: "wrong-server",
    message: "There is no Suture server at this address; check the address.",
    isRetryable: false,
  },
} as const satisfies Record<ConnectionError["code"], ConnectionError>;

/** Where a server answers: its URL may lie below another's, and end in a slash or not. */
export function endpoint(
  { url }: { readonly url: string },
  path: string,
): string {
  return `${url.replace(/\/+$/, "")}${path}`;
}

export function postIdentity<S extends z.ZodType>(
  request: IdentityRequest<S>,
): Promise<Result<z.output<S>, RequestError>> {
  return ask("POST", request);
}

export function getIdentity<S extends z.ZodType>(
  request: Omit<IdentityRequest<S>, "body">,
): Promise<Result<z.output<S>, RequestError>> {
  return ask("GET", request);
}

async function ask<S extends z.ZodType>(
  method: "GET" | "POST",
  request: IdentityRequest<S>,
): Promise<Result<z.output<S>, RequestError>> {
  let response: Response;
  let text: string;
  try {
    response = await request.fetch(request.url, {
      method,
      redirect: "manual",
      headers: {
        ...(method === "POST" && { "content-type": "application/json" }),
        accept: "application/json",
        ...request.headers,
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
    text = await response.text();
  } catch {
    // The reasons differ between browsers and Node, and none helps the person: no answer came.
    return err(connectionErrors.unreachable);
  }
  // "Done", and nothing to say.
  const json = response.status === 204 ? null : parseJson(text);
  if (response.ok) {
    const answer = request.answer.safeParse(json);
    return answer.success
      ? ok(answer.data)
      : err(connectionErrors[strangerOf(response, text)]);
  }
  const known = identityErrorSchema.safeParse(json);
  if (known.success) return err(known.data);
  const unknown = unknownRefusalSchema.safeParse(json);
  return err(
    unknown.success
      ? { ...unknown.data, code: "unknown-refusal" }
      : connectionErrors[strangerOf(response, text)],
  );
}

const unknownRefusalSchema = z.object({
  code: z.string(),
  message: z.string(),
  isRetryable: z.boolean(),
});

/** Who answered, when it was no Suture server. */
function strangerOf(response: Response, text: string): ConnectionError["code"] {
  // An opaque redirect has status 0; 511 is "network authentication required".
  const isRedirect =
    response.status === 0 || (response.status >= 300 && response.status < 400);
  const isPage =
    (response.headers.get("content-type") ?? "").includes("html") ||
    text.trimStart().startsWith("<");
  if (isRedirect || response.status === 511 || (response.ok && isPage))
    return "captive-portal";
  // A proxy in front of a server that is down or busy, rather than a server of another kind.
  return response.status >= 500 ||
    response.status === 429 ||
    response.status === 408
    ? "unreachable"
    : "wrong-server";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: judged by its shape like everything else that is not an answer.
    return undefined;
  }
}
