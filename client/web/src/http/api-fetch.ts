/**
 * The server's HTTP interface, for what a device cannot do by itself: invitations, revocation, evidence, the audit. Every request is
 * made under the person's session, which is renewed if need be; what answers is parsed once, here. SPEC AP-80.
 *
 * Where no server answers it is "needs the server", whatever the browser believes of the network. Redirects are not followed: a
 * portal's would carry the token along.
 */
import { err, ok, type Result, type Timers } from "@suture/schema";
import type { Fetch, RequestError, Session } from "@suture/client";
import type { z } from "zod";

import { problemOf, withoutServer, type ApiProblem } from "./api-problem.ts";

export interface ApiDeps {
  /** Of the server, with or without a slash at its end; empty for the page's own. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly timers: Timers;
  session(): Promise<Result<Session, RequestError>>;
}

export interface ApiRequest<T> {
  readonly method: "GET" | "POST" | "PATCH";
  /** From the root, without the query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** Of the answer's body; `null` is what "done, and nothing to say" (204) is parsed as. */
  readonly answer: z.ZodType<T>;
}

export type ApiFetch = <T>(
  request: ApiRequest<T>,
) => Promise<Result<T, ApiProblem>>;

/** A person waits for it: a half-open line would never answer. */
const patienceMs = 20_000;

export function createApiFetch(deps: ApiDeps): ApiFetch {
  return async (request) => {
    const session = await deps.session();
    if (!session.ok) return err(problemOfSession(session.error));
    const answered = await send(deps, request, session.value.sessionToken);
    if (answered === null) return err(withoutServer("needs-server"));
    const { response, text } = answered;
    const isRedirect =
      response.status === 0 ||
      response.status === 511 ||
      (response.status >= 300 && response.status < 400);
    if (isRedirect) return err(withoutServer("captive-portal"));
    const json = response.status === 204 ? null : parseJson(text);
    if (!response.ok) return err(problemOf(response.status, json));
    const answer = request.answer.safeParse(json);
    if (answer.success) return ok(answer.data);
    const isPage = text.trimStart().startsWith("<");
    return err(withoutServer(isPage ? "captive-portal" : "other-answer"));
  };
}

async function send(
  { url, fetch, timers }: ApiDeps,
  { method, path, query, body }: ApiRequest<unknown>,
  sessionToken: string,
): Promise<{ readonly response: Response; readonly text: string } | null> {
  const abort = new AbortController();
  const patience = timers.after(patienceMs, () => abort.abort());
  const given = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const search = given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
  try {
    const response = await fetch(`${url.replace(/\/+$/, "")}${path}${search}`, {
      method,
      redirect: "manual",
      cache: "no-store",
      signal: abort.signal,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${sessionToken}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { response, text: await response.text() };
  } catch {
    // Reasons differ between browsers, and none helps the person: no answer came.
    return null;
  } finally {
    patience.cancel();
  }
}

function problemOfSession(error: RequestError): ApiProblem {
  switch (error.code) {
    case "unreachable":
      return withoutServer("needs-server");
    case "captive-portal":
      return withoutServer("captive-portal");
    case "wrong-server":
    case "unknown-refusal":
      return { ...withoutServer("other-answer"), message: error.message };
    default:
      return {
        code: error.code,
        message: error.message,
        isRetryable: error.isRetryable,
      };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: judged by its shape like everything else that is not an answer.
    return undefined;
  }
}
