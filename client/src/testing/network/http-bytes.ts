/** About how many bytes an HTTP message is on a line: what bandwidth and "closes at byte n" count. */
import type { HttpAnswer, UpgradeRequest } from "../server-in-world.ts";

/** What every client and server adds. */
const usualBytes = 150;

export function requestBytes(request: UpgradeRequest, body: string): number {
  return (
    usualBytes + request.url.length + headerBytes(request.headers) + body.length
  );
}

export function answerBytes({
  headers,
  body,
}: Pick<HttpAnswer, "headers" | "body">): number {
  return usualBytes + headerBytes(headers) + body.length;
}

function headerBytes(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  );
}
