/** Randomness that is the same in every installation: SHA-256 in counter mode. Only for what is no secret. */
import { encodeUtf8, sha256 } from "@suture/schema";
import type { Random } from "@suture/schema";

export function createSampleRandom(seed: string): Random {
  let count = 0;
  return {
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 32) {
        const block = sha256(encodeUtf8(`${seed} ${count}`));
        count += 1;
        bytes.set(block.subarray(0, Math.min(32, length - at)), at);
      }
      return bytes;
    },
  };
}
