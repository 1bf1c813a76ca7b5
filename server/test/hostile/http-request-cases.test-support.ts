/** Requests that are no requests. */
import { once } from "node:events";
import { connect } from "node:net";
import { ask } from "./ask-http.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";

/** Bytes on the HTTP port, and the first line of what comes back. */
function wired(...text: readonly string[]): HostileCase["attack"] {
  return async ({ url }) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    await once(socket, "connect");
    const parts: Buffer[] = [];
    socket.on("data", (part: Buffer) => parts.push(part));
    socket.write(text.join("\r\n"));
    await once(socket, "close");
    return Buffer.concat(parts).toString().split("\r\n")[0] ?? "";
  };
}

/** A sign-in whose body is announced and never comes: what is refused for its length is refused before it is read. */
const announced = (length: number) =>
  wired(
    "POST /v1/sign-in HTTP/1.1",
    "host: localhost",
    "connection: close",
    "content-type: application/json",
    `content-length: ${length}`,
    "",
    "",
  );

const requests: readonly HostileCase[] = [
  {
    name: "bytes that are no HTTP",
    attacks: "the HTTP reader",
    check: "node:http",
    expected: "HTTP/1.1 400 Bad Request",
    attack: wired("\u0000\u0001\u0002 hello", "", ""),
  },
  {
    name: "headers of a hundred kilobytes",
    attacks: "memory",
    check: "node:http",
    expected: "HTTP/1.1 431 Request Header Fields Too Large",
    attack: wired("GET / HTTP/1.1", `x: ${"x".repeat(100_000)}`, "", ""),
  },
  {
    name: "two lengths for one body",
    attacks: "proxies that read the other one (request smuggling)",
    check: "node:http",
    expected: "HTTP/1.1 400 Bad Request",
    attack: wired(
      "POST /v1/sign-in HTTP/1.1",
      "host: localhost",
      "content-length: 4",
      "content-length: 40",
      "",
      "",
    ),
  },
  {
    name: "a length and chunks for one body",
    attacks: "proxies that read the other one (request smuggling)",
    check: "node:http",
    expected: "HTTP/1.1 400 Bad Request",
    attack: wired(
      "POST /v1/sign-in HTTP/1.1",
      "host: localhost",
      "content-length: 4",
      "transfer-encoding: chunked",
      "",
      "0",
      "",
      "",
    ),
  },
  {
    name: "a body that is no JSON",
    attacks: "the body's reader",
    check: "server/src/identity/routes.ts: onError",
    expected: "http 400 request-invalid",
    attack: async (house) =>
      (await ask(house, "/v1/sign-in", { method: "POST", body: "{" })).line,
  },
  {
    name: "a body of a megabyte",
    attacks: "memory",
    check: "server/src/gateway/http/app.ts: bodyLimit",
    expected: "HTTP/1.1 413 Payload Too Large",
    attack: announced(1 << 20),
  },
  {
    name: "a body of twenty kilobytes where sixteen are enough",
    attacks: "memory",
    check: "server/src/identity/identity-response.ts: limitBody",
    expected: "HTTP/1.1 400 Bad Request",
    attack: announced(20_000),
  },
  {
    name: "a body with __proto__ in it",
    attacks: "the prototype of every object",
    check: "schemas of the routes",
    expected: "http 400 request-invalid",
    attack: async (house) =>
      (
        await ask(house, "/v1/sign-in", {
          method: "POST",
          body: '{"__proto__":{"email":"a@b.example","password":"x"}}',
        })
      ).line,
  },
  {
    name: "a route that is none",
    attacks: "what lies about",
    check: "server/src/gateway/http/app.ts: notFound",
    expected: "http 404 route-unknown",
    attack: async (house) => (await ask(house, "/v1/../.git/config")).line,
  },
  {
    name: "sync without an upgrade",
    attacks: "the sync route",
    check: "server/src/gateway/http/sync-route.ts",
    expected: "http 426 upgrade-required",
    attack: async (house) => (await ask(house, "/sync")).line,
  },
];

export const httpRequestCases: readonly HostileCase[] = requests;
