/** Tickets, real and wrong, in the one URL that says who somebody is. */
import { WebSocket } from "ws";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { knock } from "./knock.test-support.ts";
import { automergeUrl, ticketOf } from "./peer-socket.test-support.ts";

export const peerTicketCases: readonly HostileCase[] = [
  ...(
    [
      ["no ticket at the plain endpoint", () => ""],
      [
        "a made-up ticket at the plain endpoint",
        () => `${"a".repeat(43)}.${"b".repeat(43)}`,
      ],
      [
        "a sync token for a ticket at the plain endpoint",
        ({ clinician }) => clinician.device.syncToken,
      ],
    ] satisfies readonly (readonly [string, (house: House) => string])[]
  ).map(([name, ticket]) => ({
    name,
    attacks: "whoever lets in what it does not know",
    check: "server/src/gateway/automerge/serve-automerge.ts",
    expected: "close 4401, not authenticated",
    attack: (house: House) => turnedAway(automergeUrl(house, ticket(house))),
  })),
  {
    name: "two tickets at the plain endpoint",
    attacks: "whoever reads the first, and whoever reads the last",
    check: "server/src/gateway/automerge/serve-automerge.ts",
    expected: "close 4401, not authenticated",
    async attack(house) {
      const ticket = await ticketOf(house, house.receptionist);
      return turnedAway(`${automergeUrl(house, ticket)}&ticket=${ticket}`);
    },
  },
  {
    name: "a plain ticket at the devices' endpoint",
    attacks: "a URL that says who somebody is",
    check: "none",
    expected: "http 401 token-missing",
    attack: async (house) =>
      knock(
        house,
        {},
        `/sync?ticket=${await ticketOf(house, house.receptionist)}`,
      ),
  },
  {
    name: "a page of another origin with a good plain ticket",
    attacks: "the person whose browser it is",
    check: "server/src/gateway/automerge/serve-automerge.ts",
    expected: "http 403 origin-refused",
    attack: async (house) =>
      knock(
        house,
        { origin: "https://attacker.example" },
        `/automerge?ticket=${await ticketOf(house, house.receptionist)}`,
      ),
  },
  {
    name: "a plain ticket, looked for in the log",
    attacks: "whoever reads logs",
    check: "none",
    expected: "not there",
    async attack(house) {
      const ticket = await ticketOf(house, house.receptionist);
      const socket = new WebSocket(automergeUrl(house, ticket));
      await new Promise((resolve) => socket.once("open", resolve));
      socket.terminate();
      const [, secret = ticket] = ticket.split(".");
      return house.logLines.some((line) => line.includes(secret))
        ? "there"
        : "not there";
    },
  },
];

async function turnedAway(url: string): Promise<string> {
  const socket = new WebSocket(url);
  const said = new Promise<Uint8Array>((resolve) =>
    socket.once("message", (data: Buffer) => resolve(new Uint8Array(data))),
  );
  const code = await new Promise((resolve) => socket.once("close", resolve));
  const isTold = Buffer.from(await said).includes(
    "The sign-in of this connection has ended.",
  );
  return `close ${String(code)}, ${isTold ? "not authenticated" : "untold"}`;
}
