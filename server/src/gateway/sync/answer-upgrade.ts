/**
 * Who may open a sync socket, judged by the request alone: path, origin, then `Authorization: DPoP` with the proof in `DPoP`
 * (RFC 9449), or a ticket among the subprotocols (what a browser can send). Cookies are never read: what a browser adds by
 * itself must not authenticate anything (RFC 6455, 10.2). SPEC SY-2, ID-10, ID-25, ID-26.
 */
import { err, identityError, ok } from "@suture/schema";
import type { IdentityError, Result } from "@suture/schema";
import {
  headersOf,
  noStore,
  statusOf,
} from "../../identity/identity-response.ts";
import type { Identity } from "../../identity/identity.ts";
import { externalUrlOf } from "../../identity/routes.ts";
import type { VerifiedSyncToken } from "../../identity/sync-tokens.ts";
import type { SystemLog } from "../../system-log.ts";

export const syncPath = "/sync";

/** What the socket speaks, for clients that offer subprotocols; the version of the messages is agreed on in `hello`. */
export const syncSubprotocol = "suture.v2";
const ticketPrefix = "suture.ticket.";

export interface AnswerUpgradeDeps {
  readonly identity: Pick<Identity, "verifySyncRequest" | "redeemSyncTicket">;
  readonly log: SystemLog;
  /** Where clients reach this server, when that is not what requests say (behind a proxy). */
  readonly externalUrl?: string | undefined;
  /** Whose pages may connect. A request without `Origin` is no browser's, and what it may do its token says. */
  readonly allowedOrigins: ReadonlySet<string>;
}

export interface UpgradeRequest {
  readonly method: string;
  /** As the request addressed it, with scheme and host. Undefined if it names none. */
  readonly url: URL | undefined;
  /** One of its headers, named in lower case; undefined if it is absent. */
  header(name: string): string | undefined;
}

/** The HTTP answer to whoever gets no socket. Names of headers are in lower case. */
export interface RefusedUpgrade {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** No token is ever logged. */
export async function answerUpgrade(
  request: UpgradeRequest,
  deps: AnswerUpgradeDeps,
): Promise<Result<VerifiedSyncToken, RefusedUpgrade>> {
  const { url } = request;
  if (url?.pathname !== syncPath) return err(refusedUpgrade(404, null));
  const verified = await authenticate(request, url, deps);
  if (verified.ok) return ok(verified.value);
  deps.log.info("sync.refused", { code: verified.error.code });
  return err(refusedUpgrade(statusOf(verified.error), verified.error));
}

export function refusedUpgrade(
  status: number,
  error: IdentityError | null,
): RefusedUpgrade {
  const headers: Record<string, string> = {
    "content-type": "application/json",
  };
  for (const [name, value] of Object.entries(
    error === null ? noStore : headersOf(error),
  ))
    headers[name.toLowerCase()] = value;
  if (status === 401) headers["www-authenticate"] = "DPoP";
  return {
    status,
    headers,
    body: error === null ? "" : JSON.stringify(error),
  };
}

async function authenticate(
  { method, header }: UpgradeRequest,
  url: URL,
  { identity, externalUrl, allowedOrigins }: AnswerUpgradeDeps,
): Promise<Result<VerifiedSyncToken, IdentityError>> {
  const origin = header("origin");
  const authorization = header("authorization");
  if (origin !== undefined && !allowedOrigins.has(origin))
    return err(identityError("origin-refused"));
  const offered = (header("sec-websocket-protocol") ?? "")
    .split(",")
    .map((one) => one.trim());
  const [ticket, ...more] = offered.filter((one) =>
    one.startsWith(ticketPrefix),
  );
  if (ticket === undefined)
    return identity.verifySyncRequest({
      authorization,
      dpop: header("dpop"),
      method,
      url: externalUrlOf(url.href, externalUrl),
    });
  // Two ways to say who one is may say two people.
  const isAlone = more.length === 0 && authorization === undefined;
  return isAlone && offered.includes(syncSubprotocol)
    ? identity.redeemSyncTicket(ticket.slice(ticketPrefix.length))
    : err(identityError("ticket-refused"));
}
