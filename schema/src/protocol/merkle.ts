/**
 * Merkle trees over checkpoint leaves, after RFC 6962, 2.1: a leaf is hashed behind a 0 byte and an inner node behind a 1
 * byte, so neither can pass for the other; a tree of n leaves is split at the greatest power of two below n. SPEC AU-4.
 */
import { canonicalize } from "../canonical/canonical-json.ts";
import { bytesToHex, hexToBytes } from "../canonical/hex.ts";
import { sha256 } from "../canonical/sha256.ts";
import { encodeUtf8 } from "../canonical/utf8.ts";
import type { CheckpointLeaf, LeafProof } from "./checkpoint.ts";
import type { ChainHash } from "./cursor.ts";

const leafPrefix = 0;
const nodePrefix = 1;

/** The root over leaves in the order given. Throws for none: there is nothing to sign. */
export function merkleRoot(leaves: readonly CheckpointLeaf[]): ChainHash {
  return rootOf(leaves.map(leafHash));
}

/** What proves that the n-th leaf is one of the tree's. Throws when there is no such leaf. */
export function proveLeaf(
  leaves: readonly CheckpointLeaf[],
  index: number,
): LeafProof {
  const leaf = leaves[index];
  if (leaf === undefined) throw new Error("the tree has no such leaf");
  return { leaf, path: pathOf(leaves.map(leafHash), index) };
}

/** Whether the leaf is in the tree with this root. */
export function verifyLeafProof(
  { leaf, path }: LeafProof,
  root: ChainHash,
): boolean {
  const reached = path.reduce(
    (hash, sibling) =>
      sibling.side === "left"
        ? nodeHash(sibling.hash, hash)
        : nodeHash(hash, sibling.hash),
    leafHash(leaf),
  );
  return reached === root;
}

function leafHash(leaf: CheckpointLeaf): ChainHash {
  return hashBehind(leafPrefix, encodeUtf8(canonicalize(leaf)));
}

function nodeHash(left: ChainHash, right: ChainHash): ChainHash {
  return hashBehind(nodePrefix, hexToBytes(left + right));
}

function hashBehind(prefix: number, bytes: Uint8Array): ChainHash {
  const input = new Uint8Array(bytes.length + 1);
  input[0] = prefix;
  input.set(bytes, 1);
  return bytesToHex(sha256(input));
}

function rootOf(hashes: readonly ChainHash[]): ChainHash {
  const [only] = hashes;
  if (only === undefined) throw new Error("a tree has at least one leaf");
  if (hashes.length === 1) return only;
  const split = splitOf(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

/** Siblings from the leaf up. */
function pathOf(
  hashes: readonly ChainHash[],
  index: number,
): LeafProof["path"] {
  if (hashes.length === 1) return [];
  const split = splitOf(hashes.length);
  const left = hashes.slice(0, split);
  const right = hashes.slice(split);
  return index < split
    ? [...pathOf(left, index), { side: "right", hash: rootOf(right) }]
    : [...pathOf(right, index - split), { side: "left", hash: rootOf(left) }];
}

/** The greatest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
