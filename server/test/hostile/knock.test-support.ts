/** Asks for an upgrade with whatever headers, and says in one line what came back. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { headersOf } from "./sync-socket.test-support.ts";

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** What the server answers to an upgrade with these headers: `101`, or `http <status> <code>`. */
export async function knock(
  { url }: House,
  headers: Headers,
  path = "/sync",
): Promise<string> {
  const asked = request(`${url}${path}`, {
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  });
  asked.end();
  const [answer, opened] = (await Promise.race([
    once(asked, "response"),
    once(asked, "upgrade"),
  ])) as [IncomingMessage, { destroy(): void } | undefined];
  if (answer.statusCode === 101) {
    opened?.destroy();
    return `http 101${answer.headers["sec-websocket-extensions"] ?? ""}`;
  }
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  const body = Buffer.concat(parts).toString();
  const code: unknown = body.startsWith("{") ? JSON.parse(body).code : "";
  return `http ${answer.statusCode} ${String(code)}`.trim();
}

/** An honest request with other headers. */
export function withHeaders(
  change: (
    honest: { authorization: string; dpop: string },
    house: House,
  ) => Headers,
  path?: string,
): HostileCase["attack"] {
  return async (house) => {
    const honest = await headersOf(house.url, house.clinician.device);
    return knock(house, change(honest, house), path);
  };
}
