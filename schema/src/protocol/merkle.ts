/**
 * Merkle trees over checkpoint leaves, after RFC 6962, 2.1: a leaf is hashed behind a 0 byte and an inner node behind a 1
 * byte, so neither can pass for the other; a tree of n leaves is split at the greatest power of two below n. SPEC AU-4.
 */
import { canonicalize } from "../canonical/canonical-json.ts";
import { hexToBytes } from "../canonical/hex.ts";
import { sha256Hex } from "../canonical/sha256.ts";
import { encodeUtf8 } from "../canonical/utf8.ts";
import type { CheckpointLeaf, LeafProof } from "./checkpoint.ts";
import type { ChainHash } from "./cursor.ts";

const leafPrefix = 0;
const nodePrefix = 1;

/** The tree over leaves in the order given. Each node is hashed once, however many leaves are proved. */
export class MerkleTree {
  readonly #leaves: readonly CheckpointLeaf[];
  readonly #leafHashes: readonly ChainHash[];
  /** By the first of its leaves and their number. */
  readonly #nodes = new Map<string, ChainHash>();

  /** Throws for no leaves: there is nothing to sign. */
  constructor(leaves: readonly CheckpointLeaf[]) {
    if (leaves.length === 0) throw new Error("a tree has at least one leaf");
    this.#leaves = leaves;
    this.#leafHashes = leaves.map(leafHash);
  }

  get root(): ChainHash {
    return this.#rootOf(0, this.#leaves.length);
  }

  /** What proves that the n-th leaf is one of the tree's. Throws when there is no such leaf. */
  prove(index: number): LeafProof {
    const leaf = this.#leaves[index];
    if (leaf === undefined) throw new Error("the tree has no such leaf");
    return { leaf, path: this.#pathOf(index, 0, this.#leaves.length) };
  }

  #rootOf(from: number, count: number): ChainHash {
    const leaf = this.#leafHashes[from];
    if (count === 1 && leaf !== undefined) return leaf;
    const name = `${from} ${count}`;
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const split = splitOf(count);
    const hash = nodeHash(
      this.#rootOf(from, split),
      this.#rootOf(from + split, count - split),
    );
    this.#nodes.set(name, hash);
    return hash;
  }

  /** Siblings from the leaf up. */
  #pathOf(index: number, from: number, count: number): LeafProof["path"] {
    if (count === 1) return [];
    const split = splitOf(count);
    const [behind, rest] = [from + split, count - split];
    return index < behind
      ? [
          ...this.#pathOf(index, from, split),
          { side: "right", hash: this.#rootOf(behind, rest) },
        ]
      : [
          ...this.#pathOf(index, behind, rest),
          { side: "left", hash: this.#rootOf(from, split) },
        ];
  }
}

/** The root over leaves in the order given. Throws for none. */
export function merkleRoot(leaves: readonly CheckpointLeaf[]): ChainHash {
  return new MerkleTree(leaves).root;
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
  return sha256Hex(input);
}

/** The greatest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
