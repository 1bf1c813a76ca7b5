/** What ends or misleads automerge-repo's own server side, sent to ours. */
import { patient as patientType } from "@suture/schema";
import { write } from "./cbor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import {
  asPeer,
  malformed,
  nothing,
  sendsFrame,
} from "./peer-cases.test-support.ts";
import { emptySync, PeerSocket, syncOf } from "./peer-socket.test-support.ts";

const codec = "schema/src/automerge/repo-message.ts";
const connection = "server/src/gateway/automerge/peer-connection.ts";

/** Bytes on the wire as no WebSocket client would write them. */
function wired(...bytes: readonly number[]) {
  return asPeer((one) => {
    const { _socket: raw } = one.socket as unknown as {
      readonly _socket: { write(bytes: Uint8Array): void };
    };
    raw.write(Uint8Array.from(bytes));
  });
}

export const remoteStopCases: readonly HostileCase[] = [
  {
    name: "a bad frame of six bytes, which ends the stock server's process",
    attacks: "a socket nobody listens to for errors",
    check: "ws",
    expected: "close 1002",
    attack: wired(0xf2, 0x80, 0, 0, 0, 0),
  },
  {
    name: "a CBOR null, of which the stock server dies",
    attacks: "whoever reads its type",
    check: codec,
    expected: malformed("it is no message of automerge-repo"),
    attack: sendsFrame(write(null)),
  },
  {
    name: "a socket that joins under a second name",
    attacks: "the stock server, which takes any number",
    check: connection,
    expected:
      "close hello-expected: A session begins with one hello, and with one only.",
    attack: asPeer((one) => one.say({ type: "join", senderId: "another" })),
  },
  {
    name: "a message in the name of another peer",
    attacks: "the stock server, which believes it",
    check: connection,
    expected: malformed("the sender is not who joined"),
    attack: asPeer((one, { patient }) =>
      one.say({
        type: "request",
        senderId: "another",
        documentId: patient.recordId,
        data: emptySync,
      }),
    ),
  },
  {
    name: "a peer that takes a colleague's name",
    attacks: "the colleague, whom the stock server forgets",
    check: "none",
    expected: "sync, sync",
    async attack(house) {
      const first = await PeerSocket.joined(house, house.clinician, "same");
      const second = await PeerSocket.joined(house, house.receptionist, "same");
      const { recordId } = house.patient;
      const outcomes: string[] = [];
      for (const one of [first, second]) {
        one.sync(recordId, emptySync, "request");
        outcomes.push(await one.outcome());
        one.close();
      }
      return outcomes.join(", ");
    },
  },
  {
    name: "a storage id and a document that are paths",
    attacks: "the stock server's file system",
    check: "none",
    expected: nothing,
    async attack(house) {
      const path = "../../../../tmp/suture";
      const one = await PeerSocket.open(house, house.receptionist);
      one.say({ type: "join", peerMetadata: { storageId: path } });
      one.say({ type: "remote-subscription-change", add: [path] });
      one.sync(path, emptySync, "request");
      const outcome = await one.outcome();
      one.close();
      return outcome;
    },
  },
  {
    name: "a refused change offered a hundred times",
    attacks: "the stock server, which asks for it for ever",
    check: "server/src/gateway/automerge/take-changes.ts",
    expected: "told once, answered once",
    async attack(house) {
      const { receptionist: author, organizationId } = house;
      const record = await author.newRecord(patientType, organizationId);
      const one = await PeerSocket.joined(house, author);
      const { bytes } = author.compose(record, [{ key: "shoeSize", set: 43 }], {
        actor: author.newActor(),
      });
      for (let count = 0; count < 100; count += 1)
        one.sync(record.recordId, syncOf(bytes));
      await one.outcome();
      const count = (type: string) =>
        one.events.filter((event) => event.type === type).length;
      one.close();
      return count("ephemeral") === 1 && count("sync") === 1
        ? "told once, answered once"
        : `told ${count("ephemeral")}, answered ${count("sync")}`;
    },
  },
  {
    name: "a record nobody has, asked for and waited for",
    attacks: "the stock server, whose promise rejects after a minute",
    check: "none",
    expected: nothing,
    attack: asPeer((one, house) => {
      one.sync(house.receptionist.newRecordId(), emptySync, "request");
      house.timers.elapse(60_000);
    }),
  },
];
