/** Who asks for a socket: RFC 8725 for the token, RFC 9449 for the proof, RFC 6455 for where the request comes from. */
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { knock, withHeaders } from "./knock.test-support.ts";
import { claimsFor, signProof } from "./token-forge.test-support.ts";

const upgrade = "server/src/gateway/sync/answer-upgrade.ts";

const door: readonly HostileCase[] = [
  {
    name: "an honest request is let in, without extensions it offers",
    attacks: "nothing: the cases below differ from this one in one thing each",
    check: "server/src/gateway/sync/upgrade.ts: perMessageDeflate",
    expected: "http 101",
    attack: withHeaders((honest) => ({
      ...honest,
      "sec-websocket-extensions": "permessage-deflate",
    })),
  },
  {
    name: "another path",
    attacks: "sockets where nobody expects them",
    check: `${upgrade}: syncPath`,
    expected: "http 404",
    attack: withHeaders((honest) => honest, "/sync/../sync2"),
  },
  {
    name: "no token",
    attacks: "the door",
    check: "server/src/identity/identity.ts: tokenOf",
    expected: "http 401 token-missing",
    attack: withHeaders(({ dpop }) => ({ dpop })),
  },
  {
    name: "a token as a bearer's",
    attacks: "proof of possession",
    check: "server/src/identity/identity.ts: tokenOf",
    expected: "http 401 token-missing",
    attack: withHeaders(({ authorization, dpop }) => ({
      authorization: authorization.replace("DPoP", "Bearer"),
      dpop,
    })),
  },
  {
    name: "a token in the URL",
    attacks: "tokens that end up in logs",
    check: "server/src/identity/identity.ts: tokenOf",
    expected: "http 401 token-missing",
    attack: async (house) => {
      const { syncToken } = house.clinician.device;
      const path = `/sync?access_token=${syncToken}`;
      return withHeaders(({ dpop }) => ({ dpop }), path)(house);
    },
  },
  {
    name: "a token in a cookie",
    attacks: "pages that make a browser connect (RFC 6455, 10.2)",
    check: `${upgrade}: cookies are never read`,
    expected: "http 401 token-missing",
    attack: withHeaders(({ authorization, dpop }) => ({
      cookie: `authorization=${authorization}; session=${authorization}`,
      dpop,
    })),
  },
  {
    name: "two tokens in one header",
    attacks: "what reads the first and what reads the last",
    check: "server/src/identity/identity.ts: tokenOf",
    expected: "http 401 token-missing",
    attack: withHeaders(({ authorization, dpop }) => ({
      authorization: `${authorization} ${authorization}`,
      dpop,
    })),
  },
  {
    name: "a key that is none of RFC 6455",
    attacks: "the handshake",
    check: "ws",
    expected: "http 400",
    attack: withHeaders((honest) => ({ ...honest, "sec-websocket-key": "x" })),
  },
  {
    name: "a version of WebSocket from before the standard",
    attacks: "the handshake",
    check: "ws",
    expected: "http 400",
    attack: withHeaders((honest) => ({
      ...honest,
      "sec-websocket-version": "7",
    })),
  },
  {
    name: "an honest device's request from a page of another site",
    attacks: "pages that make a browser connect (RFC 6455, 10.2)",
    check: `${upgrade}: allowedOrigins`,
    expected: "http 403 origin-refused",
    attack: withHeaders((honest) => ({
      ...honest,
      origin: "https://evil.example",
    })),
  },
  {
    name: "a page whose origin begins as ours does",
    attacks: "comparisons by prefix",
    check: `${upgrade}: allowedOrigins`,
    expected: "http 403 origin-refused",
    attack: withHeaders((honest, { url }) => ({
      ...honest,
      origin: `${url}.evil.example`,
    })),
  },
  {
    name: "a sandboxed page, whose origin is null",
    attacks: "lists that hold null",
    check: `${upgrade}: allowedOrigins`,
    expected: "http 403 origin-refused",
    attack: withHeaders((honest) => ({ ...honest, origin: "null" })),
  },
  {
    name: "a ticket nobody was given",
    attacks: "the browser's door",
    check: "server/src/identity/sync-tickets.ts",
    expected: "http 401 ticket-refused",
    attack: withHeaders(() => ({
      "sec-websocket-protocol": `suture.v2, suture.ticket.00000000-0000-4000-8000-000000000000.${"a".repeat(43)}`,
    })),
  },
  {
    name: "a ticket used twice",
    attacks: "the browser's door, by who has read the first request",
    check: "server/src/identity/sync-tickets.ts: one use",
    expected: "http 401 ticket-refused",
    attack: async (house) => {
      const ticket = await ticketOf(house);
      const offered = {
        "sec-websocket-protocol": `suture.v2, suture.ticket.${ticket}`,
      };
      const first = await knock(house, offered);
      return first === "http 101" ? knock(house, offered) : first;
    },
  },
  {
    name: "a ticket and a token at once",
    attacks: "who one is: two answers to that may differ",
    check: `${upgrade}: isAlone`,
    expected: "http 401 ticket-refused",
    attack: async (house) => {
      const ticket = await ticketOf(house);
      return withHeaders((honest) => ({
        ...honest,
        "sec-websocket-protocol": `suture.v2, suture.ticket.${ticket}`,
      }))(house);
    },
  },
  {
    name: "two tickets at once",
    attacks: "who one is: two answers to that may differ",
    check: `${upgrade}: isAlone`,
    expected: "http 401 ticket-refused",
    attack: async (house) => {
      const tickets = [await ticketOf(house), await ticketOf(house)];
      const offered = tickets.map((ticket) => `suture.ticket.${ticket}`);
      return knock(house, {
        "sec-websocket-protocol": ["suture.v2", ...offered].join(", "),
      });
    },
  },
];

async function ticketOf({ url, clinician }: House): Promise<string> {
  const { syncToken, device } = clinician.device;
  const dpop = await signProof(device, {
    ...claimsFor(url, syncToken, Date.now()),
    htm: "POST",
    htu: `${url}/v1/sync-tickets`,
  });
  const answer = await fetch(`${url}/v1/sync-tickets`, {
    method: "POST",
    headers: { authorization: `DPoP ${syncToken}`, dpop },
  });
  const { ticket } = (await answer.json()) as { readonly ticket: string };
  return ticket;
}

export const upgradeCases: readonly HostileCase[] = door;
