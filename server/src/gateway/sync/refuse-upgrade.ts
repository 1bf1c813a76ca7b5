/** Tells whoever gets no socket why, in an HTTP answer, and lets the connection go. SPEC SY-2. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { RefusedUpgrade } from "./answer-upgrade.ts";

export function refuseUpgrade(
  socket: Duplex,
  { status, headers, body }: RefusedUpgrade,
): void {
  if (socket.destroyed) return;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Connection: close",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ];
  // Whoever does not hang up in turn would keep the connection for ever: it is no longer the HTTP server's, whose timeouts end others.
  socket.once("finish", () => socket.destroy());
  socket.end(lines.join("\r\n"));
}
