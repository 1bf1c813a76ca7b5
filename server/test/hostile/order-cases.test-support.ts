/** Messages that read well and come at the wrong time, from the wrong one, about what is not theirs, or too many at once. */
import {
  changeHashSchema,
  limits,
  organizationScope,
  schemaVersion,
  type ClientMessage,
  type ScopeId,
} from "@suture/schema";
import { nothingUnsynced } from "../../src/gateway/sync/sync-world.test-support.ts";
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { helloOf, SyncSocket } from "./sync-socket.test-support.ts";

const session = "server/src/gateway/sync/session.ts";
const zeros = "0".repeat(64);
const beginning = { epoch: "0".repeat(32), sequence: 0, chain: zeros };
const expectsHello =
  "close hello-expected: A session begins with one hello, and with one only.";
const noAuthor =
  "refused author-unknown: the author's sign-in on this device has ended";

/** These messages on a socket of the clinician's that has said nothing yet. */
function first(
  ...messages: readonly ((house: House) => ClientMessage)[]
): HostileCase["attack"] {
  return async (house) => {
    const socket = await SyncSocket.open(house.url, house.clinician.device);
    for (const message of messages) socket.send(message(house));
    await socket.next(() => false, 0);
    return socket.ending();
  };
}

const pull = (scopeId: ScopeId): ClientMessage => ({
  type: "pull",
  scopeId,
  cursor: beginning,
});

const order: readonly HostileCase[] = (
  [
    [
      "a push before hello",
      ({ clinician, patient: record }: House) => pushOf(clinician, record),
    ],
    [
      "a pull before hello",
      ({ organizationId }: House) => pull(organizationScope(organizationId)),
    ],
    [
      "a fetch before hello",
      ({ patient: record }: House) => ({
        type: "fetch",
        items: [
          {
            recordId: record.recordId,
            hash: record.index.heads()[0] ?? changeHashSchema.parse(zeros),
          },
        ],
      }),
    ],
    [
      "a snapshot before hello",
      ({ organizationId }: House) => ({
        type: "pull-snapshot",
        scopeId: organizationScope(organizationId),
        at: null,
        after: null,
      }),
    ],
    ["a ping before hello", () => ({ type: "ping", number: 1 })],
    ["a pong before hello", () => ({ type: "pong", number: 1 })],
  ] as const
).map(([name, message]) => ({
  name,
  attacks: "sessions of nobody",
  check: `${session}: #handle`,
  expected: expectsHello,
  attack: first(message as (house: House) => ClientMessage),
}));

function pushOf(
  by: Actor,
  record: House["patient"],
): Extract<ClientMessage, { type: "push" }> {
  return {
    type: "push",
    pushId: 1,
    token: by.device.syncToken,
    changes: [by.compose(record, [{ key: "maritalStatus", set: "M" }])],
    unsynced: nothingUnsynced,
  };
}

const greetings: readonly HostileCase[] = [
  {
    name: "a second hello",
    attacks: "who one is, in the middle",
    check: `${session}: #handle`,
    expected: expectsHello,
    attack: async ({ clinician }) => {
      const socket = await clinician.socket();
      socket.send(helloOf(clinician.device));
      return socket.ending();
    },
  },
  {
    name: "a socket that says nothing",
    attacks: "sockets held open for nothing",
    check: `${session}: helloDeadlineMs`,
    expected: "close hello-late: No hello came in time.",
    attack: async ({ url, clinician, timers }) => {
      const socket = await SyncSocket.open(url, clinician.device);
      timers.elapse(limits.helloDeadlineMs);
      await socket.next(() => false, 0);
      return socket.ending();
    },
  },
  {
    name: "a protocol nobody speaks yet",
    attacks: "meanings agreed on by nobody",
    check: "server/src/gateway/sync/open-session.ts: protocolVersion",
    expected: "close version-unsupported: This server speaks another version.",
    attack: first(({ clinician }) => ({
      ...helloOf(clinician.device),
      protocolVersion: 99,
    })),
  },
  {
    name: "a schema nobody has yet",
    attacks: "fields that nobody here can judge",
    check: "server/src/gateway/sync/open-session.ts: schemaVersion",
    expected: "close version-unsupported: This server speaks another version.",
    attack: first(({ clinician }) => ({
      ...helloOf(clinician.device),
      schemaVersion: schemaVersion + 1,
    })),
  },
  {
    name: "another device's name in hello",
    attacks: "what was delivered to whom",
    check: "server/src/gateway/sync/open-session.ts: deviceId",
    expected:
      "close not-authenticated: The sign-in of this connection has ended.",
    attack: first(({ manager }) => helloOf(manager.device)),
  },
];

/** A push over the clinician's socket with this token as its author's. */
function pushedWith(
  token: (house: House) => Promise<string> | string,
): HostileCase["attack"] {
  return async (house) => {
    const { clinician, patient: record } = house;
    const socket = await clinician.socket();
    const message = pushOf(clinician, record);
    const answer = await socket.ask(
      { ...message, token: await token(house) },
      "verdicts",
    );
    if (typeof answer === "string") return answer;
    const [verdict] = answer.verdicts;
    return verdict?.verdict === "refused"
      ? `refused ${verdict.code}: ${verdict.message}`
      : String(verdict?.verdict);
  };
}

const authors: readonly HostileCase[] = [
  {
    name: "a push in the name of somebody on another device",
    attacks: "who wrote what, by a token copied from elsewhere",
    check: "server/src/identity/identity.ts: verifyBatchToken",
    expected:
      "close not-authenticated: The sign-in of this connection has ended.",
    attack: pushedWith(({ manager }) => manager.device.syncToken),
  },
  {
    name: "a push in the name of nobody",
    attacks: "who wrote what",
    check: "server/src/gateway/sync/answer-request.ts: refuseUnknownAuthor",
    expected: noAuthor,
    attack: pushedWith(() => "nobody"),
  },
  {
    name: "a push by a session token",
    attacks: "fifteen minutes of HTTP made into sync",
    check: "server/src/identity/key-ring.ts: audience and typ",
    expected: noAuthor,
    attack: pushedWith(async ({ url, clinician }) => {
      const answer = await fetch(`${url}/v1/sign-in`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          email: clinician.email,
          password: "sample-password",
        }),
      });
      return ((await answer.json()) as { sessionToken: string }).sessionToken;
    }),
  },
  {
    name: "a push over a session whose device was revoked meanwhile",
    attacks: "stolen devices that stay connected",
    check: "server/src/gateway/sync/sync-gateway.ts: onRevoked",
    expected: "close not-permitted: This connection may not do that.",
    attack: async (house) => {
      const stolen = await house.onFreshDevice(house.clinician);
      const socket = await stolen.socket();
      await house.running.server.identity.devices.revoke(
        stolen.device.deviceId,
      );
      await socket.next(() => false, 0);
      return socket.ending();
    },
  },
];

const floods: readonly HostileCase[] = [
  {
    name: "a batch of more than four megabytes",
    attacks: "how long one transaction lasts",
    check: "server/src/admission/bound.ts: boundBatch",
    expected: "refused batch-too-large: the batch has too many bytes",
    attack: ({ clinician, patient: record }) =>
      clinician.answerTo(
        ...Array.from({ length: 4 }, () => ({
          recordId: record.recordId,
          bytes: new Uint8Array(limits.maxChangeBytes),
        })),
        clinician.compose(record, [{ key: "maritalStatus", set: "M" }]),
      ),
  },
  {
    name: "two thousand requests without waiting for an answer",
    attacks: "memory, and everybody else's turn",
    check: `${session}: hasRoomFor`,
    expected:
      "close rate-limited: Too much was asked at once; try again later.",
    attack: async (house) => {
      const flooder = await house.onFreshDevice(house.clinician);
      const socket = await flooder.socket();
      const { recordId } = house.patient;
      const hash = changeHashSchema.parse(zeros);
      for (let count = 0; count < 2_000; count += 1)
        socket.send({ type: "fetch", items: [{ recordId, hash }] });
      await socket.next(() => false, 0);
      return socket.ending();
    },
  },
  {
    name: "somebody who has used up their share over three devices, and pushes on",
    attacks: "everybody else's turn",
    check: "server/src/gateway/sync/answer-request.ts: answerPush",
    expected: "push-deferred",
    attack: async (house) => {
      const flooder = await house.hire(house, ["clinician"], [house.north]);
      // Just below what one device may ask for at once, and together more than one person may.
      const pingCount = 1_900;
      let device = flooder;
      for (let count = 0; count < 3; count += 1) {
        device = await house.onFreshDevice(flooder);
        const socket = await device.socket();
        for (let number = 1; number <= pingCount; number += 1)
          socket.send({ type: "ping", number });
        await socket.next(
          (event) => event.type === "pong" && event.number === pingCount,
          0,
        );
      }
      const socket = await device.socket();
      const from = socket.events.length;
      socket.send(pushOf(device, house.patient));
      const isAnswer = ({ type }: { readonly type: string }) =>
        type === "push-deferred" || type === "verdicts";
      return (await socket.next(isAnswer, from)).type;
    },
  },
];

export const orderCases: readonly HostileCase[] = [
  ...order,
  ...greetings,
  ...authors,
  ...floods,
];
