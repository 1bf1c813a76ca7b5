import type { Chance } from "./chance.ts";

/** Values at which lengths and counters tend to go wrong. */
const edges = [0x00, 0x01, 0x7f, 0x80, 0x81, 0xfe, 0xff];

/** Between one and four changes of the kinds that damage, chance and attackers make. Never in place. */
export function mutateBytes(bytes: Uint8Array, chance: Chance): Uint8Array {
  let mutated = bytes;
  for (let left = 1 + chance.below(4); left > 0; left -= 1)
    mutated = mutateOnce(mutated, chance);
  return mutated;
}

function mutateOnce(bytes: Uint8Array, chance: Chance): Uint8Array {
  const at = chance.below(bytes.length + 1);
  const length = chance.length(Math.min(bytes.length - at, 256)) + 1;
  switch (chance.below(8)) {
    case 0:
    case 1: {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << chance.below(8));
      return flipped;
    }
    case 2:
    case 3: {
      const set = bytes.slice();
      set[at] = chance.pick(edges);
      return set;
    }
    case 4:
      return joined(
        bytes.subarray(0, at),
        chance.bytes(length),
        bytes.subarray(at),
      );
    case 5:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 6:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    default:
      return bytes.slice(0, at);
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return joinedAll(parts);
}

/** For more parts than a call takes arguments. */
export function joinedAll(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
