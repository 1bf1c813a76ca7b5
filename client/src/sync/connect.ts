import type { MessageSocket, Result } from "@suture/schema";

export interface ConnectRequest {
  /** `ws:` or `wss:`, ending in `/sync`. */
  readonly url: string;
  /** The headers that show who asks, for one request: a GET of the socket, or where a browser asks for its ticket. */
  prove(
    method: "GET" | "POST",
    url: string,
  ): Promise<Readonly<Record<string, string>>>;
}

/** Why no socket opened, as the transport saw it. */
export type ConnectFailure =
  | { readonly kind: "unreachable" }
  | {
      /** Something answered, but not with a socket: our server refusing, another server, or a captive portal's page. */
      readonly kind: "answered";
      readonly status: number;
      readonly contentType: string;
      /** At most a few kilobytes of it. */
      readonly body: string;
      readonly dpopNonce: string | undefined;
      /** From `Retry-After` (RFC 9110, 10.2.3); undefined where there is none that says a number of seconds. */
      readonly retryAfterMs: number | undefined;
    };

/** Reads a `Retry-After` header. Dates are not read: whose clock they go by is not known. */
export function retryAfterMsOfHeader(
  header: string | undefined,
): number | undefined {
  return header !== undefined && /^\d{1,9}$/.test(header.trim())
    ? Number(header) * 1_000
    : undefined;
}

/** Opens a sync socket. Never throws, never retries; must give up by itself within some seconds. */
export type Connect = (
  request: ConnectRequest,
) => Promise<Result<MessageSocket, ConnectFailure>>;
