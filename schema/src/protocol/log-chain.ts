import { bytesToHex, hexToBytes } from "../canonical/hex.ts";
import { sha256 } from "../canonical/sha256.ts";
import { encodeUtf8 } from "../canonical/utf8.ts";
import type { ChangeHash, DeviceId, RecordId, ScopeId } from "../ids.ts";
import type { ChainHash } from "./cursor.ts";

/** What the chain commits to: which change of which record, by whom, from where. */
export interface LogLink {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
}

/** The chain before a scope's first row. */
export function firstChain(scopeId: ScopeId, epoch: string): ChainHash {
  return bytesToHex(sha256(encodeUtf8(`suture log ${scopeId} ${epoch}`)));
}

/** The chain after one more row. SPEC SY-6. */
export function nextChain(chain: ChainHash, link: LogLink): ChainHash {
  const text = encodeUtf8(`${link.recordId} ${link.memberId} ${link.deviceId}`);
  const bytes = new Uint8Array(64 + text.length);
  bytes.set(hexToBytes(chain), 0);
  bytes.set(hexToBytes(link.hash), 32);
  bytes.set(text, 64);
  return bytesToHex(sha256(bytes));
}
