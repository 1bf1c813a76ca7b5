import * as Automerge from "@automerge/automerge";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPeerSyncMessage, withoutFlags } from "./peer-sync-message.ts";

const none = new Uint8Array();

/** A peer's message about its document, after one word of ours about nothing. */
function messageOf(count: number): Uint8Array {
  let doc = Automerge.init<Record<string, number>>();
  for (let number = 0; number < count; number += 1)
    doc = Automerge.change(doc, (draft) => void (draft["n"] = number));
  let state = Automerge.initSyncState();
  const [, empty] = Automerge.generateSyncMessage(
    Automerge.init(),
    Automerge.initSyncState(),
  );
  [doc, state] = Automerge.receiveSyncMessage(
    doc,
    state,
    withoutFlags(empty ?? none),
  );
  const [, message] = Automerge.generateSyncMessage(doc, state);
  return message ?? none;
}

/** Version 1 with nothing but one `have`, with these bytes as its Bloom filter. */
function withBloom(...bloom: number[]): Uint8Array {
  return Uint8Array.of(0x42, 0, 0, 1, 0, bloom.length, ...bloom, 0);
}

function withChange(...chunk: number[]): Uint8Array {
  return Uint8Array.of(0x42, 0, 0, 0, 1, chunk.length, ...chunk);
}

describe("a peer's sync message", () => {
  test("[PA-8] is read as Automerge reads it", () => {
    for (const count of [0, 1, 5]) {
      const bytes = messageOf(count);
      const read = readPeerSyncMessage(bytes);
      if (!read.ok) throw new Error(read.error.reason);
      const { heads, changes, bare } = read.value;
      const known = Automerge.decodeSyncMessage(bytes);
      expect(heads).toEqual(known.heads);
      expect(changes).toHaveLength(count);
      const { need, have } = known;
      expect(Automerge.decodeSyncMessage(bare)).toMatchObject({
        heads,
        need,
        have,
        changes: [],
      });
    }
  });

  test("[PA-8] in which one change lies behind the other is read as single ones", () => {
    const one = messageOf(2);
    const read = readPeerSyncMessage(one);
    if (!read.ok) throw new Error(read.error.reason);
    const joined = read.value.changes.flatMap((chunk) => [...chunk]);
    const length = [(joined.length & 0x7f) | 0x80, joined.length >> 7];
    const second = Uint8Array.of(0x43, 0, 0, 0, 1, ...length, ...joined);
    const again = readPeerSyncMessage(second);
    expect(again).toMatchObject({ value: { changes: read.value.changes } });
  });

  test("[PA-9] with a Bloom filter that blocks Automerge for seconds is refused", () => {
    const reason = "a Bloom filter is not what it says";
    // One entry of ten bits, with 2^28 probes.
    const bomb = withBloom(1, 10, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff);
    expect(readPeerSyncMessage(bomb)).toMatchObject({ error: { reason } });
    expect(readPeerSyncMessage(withBloom(1, 10, 0, 255, 255)).ok).toBe(false);
    expect(readPeerSyncMessage(withBloom(1, 0, 7)).ok).toBe(false);
    expect(readPeerSyncMessage(withBloom(9, 10, 7, 255)).ok).toBe(false);
    expect(readPeerSyncMessage(withBloom(1, 10, 7, 255, 255)).ok).toBe(true);
  });

  test("[PA-9] with a whole document or a bundle in it is refused", () => {
    const reason = "a chunk is not a single change";
    for (const type of [0, 3]) {
      const chunk = [0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, type, 1, 0];
      expect(readPeerSyncMessage(withChange(...chunk))).toMatchObject({
        error: { reason },
      });
    }
    expect(readPeerSyncMessage(withChange(1, 2, 3)).ok).toBe(false);
  });

  test("[PA-9] that announces more than it holds, or holds more than it announces, is refused", () => {
    const long = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for (const bytes of [
      [],
      [0x41],
      [0x42],
      [0x42, ...long],
      [0x42, 0, ...long],
      [0x42, 0, 0, ...long],
      [0x42, 0, 0, 0, ...long],
      [0x42, 0, 0, 0, 0, 1],
      [0x42, 0, 0, 0, 0, 1, 2, 3],
    ])
      expect(readPeerSyncMessage(Uint8Array.from(bytes)).ok).toBe(false);
  });

  test("[PA-9] of any bytes is read or refused, and what is read Automerge reads too", () => {
    const honest = messageOf(3);
    const flipped = fc
      .tuple(fc.nat(honest.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, bits]) =>
        honest.map((byte, index) => (index === at ? byte ^ bits : byte)),
      );
    fc.assert(
      fc.property(fc.oneof(flipped, fc.uint8Array()), (bytes) => {
        const read = readPeerSyncMessage(bytes);
        if (read.ok) Automerge.decodeSyncMessage(read.value.bare);
      }),
      { numRuns: 500 },
    );
  });
});
