/** What a hostile plain Automerge client may send to `/automerge`. */
import { deflateRawSync } from "node:zlib";
import { patient as patientType, type RecordId } from "@suture/schema";
import type { Actor } from "./actor.test-support.ts";
import { joined, Raw, write } from "./cbor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { emptySync, PeerSocket, syncOf } from "./peer-socket.test-support.ts";
import { chunk, rawChange } from "./raw-change.test-support.ts";

const codec = "schema/src/automerge/repo-message.ts";
const reader = "schema/src/automerge/peer-sync-message.ts";
const connection = "server/src/gateway/automerge/peer-connection.ts";
export const malformed = (reason: string) =>
  `close message-malformed: ${reason}`;

type Does = (peer: PeerSocket, house: House) => Promise<void> | void;

/** As the receptionist, who has joined. */
export function asPeer(does: Does, by: (house: House) => Actor = receptionist) {
  return async (house: House) => {
    const opened = await PeerSocket.joined(house, by(house));
    await does(opened, house);
    const outcome = await opened.outcome();
    opened.close();
    return outcome;
  };
}

function receptionist(house: House): Actor {
  return house.receptionist;
}

/** One sync message about the clinician's patient. */
function syncs(data: Uint8Array) {
  return asPeer((one, { patient }) => one.sync(patient.recordId, data));
}

export function sendsFrame(bytes: Uint8Array | string) {
  return asPeer((one) => one.send(bytes));
}

/** A change of a new patient by the receptionist, composed with something about it wrong. */
function edits(at: Parameters<Actor["compose"]>[2]) {
  return asPeer(async (one, { receptionist: author, organizationId }) => {
    const record = await author.newRecord(patientType, organizationId);
    const { bytes } = author.compose(
      record,
      [{ key: "maritalStatus", set: "M" }],
      { actor: author.newActor(), ...at },
    );
    one.sync(record.recordId, syncOf(bytes));
  });
}

function withBloom(...bloom: readonly number[]): Uint8Array {
  return joined([0x42, 0, 0, 1, 0, bloom.length, ...bloom, 0]);
}

export const nothing = "doc-unavailable";
const asks = (
  recordId: (house: House) => RecordId,
  by: (house: House) => Actor,
) =>
  asPeer((one, house) => one.sync(recordId(house), emptySync, "request"), by);

export const peerFrameCases: readonly HostileCase[] = [
  {
    name: "text to a plain Automerge endpoint",
    attacks: "whoever reads text as bytes",
    check: "server/src/gateway/sync/ws-message-socket.ts",
    expected: "close message-malformed",
    attack: sendsFrame("hello"),
  },
  {
    name: "a bignum of a megabyte from a plain peer",
    attacks: "cbor-x, which takes minutes",
    check: "schema/src/protocol/scan-cbor.ts",
    expected: malformed("the message holds a tag"),
    attack: sendsFrame(
      write(new Raw(0xc2, 0x5a, 0, 0x10, 0, 0, new Uint8Array(1 << 20))),
    ),
  },
  {
    name: "a hundred thousand levels of nesting from a plain peer",
    attacks: "the stack",
    check: "schema/src/protocol/scan-cbor.ts",
    expected: malformed("the message is nested too deep"),
    attack: sendsFrame(new Uint8Array(100_000).fill(0x81)),
  },
  {
    name: "a frame that is only a number",
    attacks: "whoever reads fields of anything",
    check: codec,
    expected: malformed("it is no message of automerge-repo"),
    attack: sendsFrame(write(7)),
  },
  {
    name: "a sync message whose document is a list",
    attacks: "whoever takes a document's name for text",
    check: codec,
    expected: malformed("it is not what its type says"),
    attack: asPeer((one) =>
      one.say({ type: "sync", documentId: [1], data: emptySync }),
    ),
  },
  {
    name: "a plain peer that says nothing",
    attacks: "the room for those who do",
    check: connection,
    expected: "close hello-late: No hello came in time.",
    async attack(house) {
      const silent = await PeerSocket.open(house, house.receptionist);
      house.timers.elapse(15_000);
      await silent.next(({ type }) => type === "closed");
      return silent.outcome();
    },
  },
  {
    name: "a plain peer that syncs before it joins",
    attacks: "whoever believes an unnamed one",
    check: connection,
    expected:
      "close hello-expected: A session begins with one hello, and with one only.",
    async attack(house) {
      const hasty = await PeerSocket.open(house, house.receptionist);
      hasty.sync(house.patient.recordId, emptySync, "request");
      await hasty.next(({ type }) => type === "closed");
      return hasty.outcome();
    },
  },
  {
    name: "a plain peer of another version",
    attacks: "both, which would misread each other",
    check: connection,
    expected: "close version-unsupported: This server speaks another version.",
    async attack(house) {
      const newer = await PeerSocket.open(house, house.receptionist);
      newer.say({ type: "join", supportedProtocolVersions: ["2"] });
      await newer.next(({ type }) => type === "closed");
      return newer.outcome();
    },
  },
];

export const peerSyncCases: readonly HostileCase[] = [
  {
    name: "a Bloom filter of 14 bytes that blocks Automerge for seconds",
    attacks: "Automerge, which checks no probe count",
    check: reader,
    expected: malformed("a Bloom filter is not what it says"),
    attack: syncs(withBloom(1, 10, 0xff, 0xff, 0xff, 0x7f, 255, 255)),
  },
  {
    name: "a list of four thousand million heads",
    attacks: "the memory",
    check: reader,
    expected: malformed("a list in the sync message is too long"),
    attack: syncs(Uint8Array.of(0x42, 0xff, 0xff, 0xff, 0xff, 0x0f)),
  },
  {
    name: "a bundle in a sync message (chunk type 3)",
    attacks: "Automerge, which does not return in 25 s",
    check: reader,
    expected: malformed("a chunk is not a single change"),
    attack: syncs(syncOf(chunk(3, [1, 0, 0]))),
  },
  {
    name: "a whole document in a sync message",
    attacks: "admission, which judges single changes",
    check: reader,
    expected: malformed("a chunk is not a single change"),
    attack: syncs(syncOf(chunk(0, [0, 0, 0, 0]))),
  },
  {
    name: "a damaged change from a plain peer",
    attacks: "Automerge, which checks no checksum",
    check: "server/src/gateway/automerge/peer-change.ts",
    expected: malformed("the checksum does not match the bytes"),
    attack: syncs(
      syncOf(rawChange({}).map((byte, at) => (at === 4 ? byte ^ 1 : byte))),
    ),
  },
  {
    name: "a deflate bomb from a plain peer",
    attacks: "the memory",
    check: "schema/src/change/inflate.ts",
    expected: "refused chunk-too-large: the inflated change is too long",
    attack: syncs(syncOf(chunk(2, deflateRawSync(new Uint8Array(16 << 20))))),
  },
  {
    name: "a third change that cannot be read",
    attacks: "the decoder, again and again",
    check: connection,
    expected: malformed("too many changes cannot be read"),
    attack: asPeer((one, { patient, foreignPatient, organizationId }) => {
      const ids = [patient.recordId, foreignPatient.recordId, organizationId];
      for (const [at, recordId] of ids.entries())
        one.sync(recordId, syncOf(rawChange({ extra: [at] })));
    }),
  },
  {
    name: "a plain peer's change under a colleague's actor",
    attacks: "the colleague's name",
    check: "server/src/admission/attribute.ts: judgeActor",
    expected:
      "refused actor-of-another: its actor belongs to another device, person or record",
    attack: asPeer(async (one, { clinician, organizationId }) => {
      const record = await clinician.newRecord(patientType, organizationId);
      const { bytes } = clinician.setField(record, "maritalStatus", "M");
      one.sync(record.recordId, syncOf(bytes));
    }),
  },
  {
    name: "a plain peer's change with a first operation near 2^32",
    attacks: "Automerge, whose next edit panics",
    check: "schema/src/change/index-change.ts",
    expected:
      "refused start-op-wrong: its first operation number does not follow its dependencies",
    attack: edits({ startOp: 2 ** 30 }),
  },
  {
    name: "a plain peer that asks for a record of another organization",
    attacks: "what is another's",
    check: "server/src/gateway/automerge/served-record.ts",
    expected: nothing,
    attack: asks(({ foreignPatient }) => foreignPatient.recordId, receptionist),
  },
  {
    name: "a plain peer that asks for a type its role may not read",
    attacks: "the role",
    check: "server/src/gateway/automerge/served-record.ts",
    expected: nothing,
    attack: asks(
      ({ patient }) => patient.recordId,
      ({ technician }) => technician,
    ),
  },
];
