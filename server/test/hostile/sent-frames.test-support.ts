/** Frames on the clinician's open session, and what the server says of them. */
import { type Item, plainFrame } from "./cbor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";

export const ping: Item = { type: "ping", number: 7 };
export const counts = {
  personId: "somebody",
  countsByPriority: [0, 0, 0, 0],
  oldestAgeMs: null,
} satisfies Item;
export const manifest = { people: [], recordIds: [] } satisfies Item;
export const noMessage =
  "close message-malformed: it is no message of this protocol";

/** One frame on an open session. */
export function sent(
  bytes: (house: House) => Uint8Array | string,
): HostileCase["attack"] {
  return async (house) => {
    const socket = await house.clinician.socket();
    return socket.answerTo(bytes(house));
  };
}

/** One frame of CBOR. */
export const cbor = (item: Item) => sent(() => plainFrame(item));
/** A push of one change, with parts of the message replaced. */
export function push(
  parts: Readonly<Record<string, Item>>,
): HostileCase["attack"] {
  return sent((house) =>
    plainFrame({
      type: "push",
      pushId: 1,
      token: house.clinician.device.syncToken,
      changes: [
        { recordId: house.patient.recordId, bytes: new Uint8Array([1]) },
      ],
      unsynced: manifest,
      ...parts,
    }),
  );
}
