import { bytesToHex, sha256 } from "@suture/schema";

/** The SHA-256 of a file's bytes, in hex. */
export async function fingerprintOf(file: Blob): Promise<string> {
  return bytesToHex(sha256(new Uint8Array(await file.arrayBuffer())));
}
