import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

/** SHA-256, synchronous: hashes are computed inside transactions, where WebCrypto's promises cannot go. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}
