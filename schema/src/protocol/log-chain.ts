import { hexInto } from "../canonical/hex.ts";
import { sha256Hex } from "../canonical/sha256.ts";
import { encodeUtf8, encodeUtf8Into } from "../canonical/utf8.ts";
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
  return sha256Hex(encodeUtf8(`suture log ${scopeId} ${epoch}`));
}

/** What is digested, of one link after the other: a change costs one, and most are as long as the one before. */
let linkBytes = new Uint8Array(512);

/** The chain after one more row. SPEC SY-6. */
export function nextChain(chain: ChainHash, link: LogLink): ChainHash {
  const text = `${link.recordId} ${link.memberId} ${link.deviceId}`;
  const mostBytes = 64 + 3 * text.length;
  if (linkBytes.length < mostBytes) linkBytes = new Uint8Array(mostBytes);
  linkBytes.fill(0, 0, 64);
  hexInto(chain, linkBytes, 0);
  hexInto(link.hash, linkBytes, 32);
  const textBytes = encodeUtf8Into(text, linkBytes.subarray(64));
  return sha256Hex(linkBytes.subarray(0, 64 + textBytes));
}
