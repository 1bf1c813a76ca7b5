import fc from "fast-check";
import { expect, test } from "vitest";

import { recordIdFromBytes, teamScope } from "../ids.ts";
import type { CheckpointLeaf } from "./checkpoint.ts";
import { merkleRoot, MerkleTree, verifyLeafProof } from "./merkle.ts";

const hash = (number: number) => number.toString(16).padStart(64, "0");

function leafOf(number: number): CheckpointLeaf {
  return {
    scopeId: teamScope(recordIdFromBytes(new Uint8Array(16).fill(number))),
    log: { epoch: hash(1).slice(32), sequence: number, chain: hash(number) },
    auditSequence: number,
    auditChain: hash(number + 1000),
  };
}

const leaves = (count: number) =>
  Array.from({ length: count }, (_, index) => leafOf(index));

test("[AU-4] every leaf of a tree of any size is proved, and by its own proof only", () => {
  for (let count = 1; count <= 33; count += 1) {
    const all = leaves(count);
    const root = merkleRoot(all);
    all.forEach((_, index) => {
      const proof = new MerkleTree(all).prove(index);
      expect(verifyLeafProof(proof, root)).toBe(true);
      const other = leafOf((index + 1) % 200);
      expect(verifyLeafProof({ ...proof, leaf: other }, root)).toBe(false);
    });
  }
});

test("[AU-4] a changed leaf, a changed sibling or another order is another root", () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 2, max: 40 })
        .chain((count) =>
          fc.tuple(
            fc.constant(count),
            fc.nat({ max: count - 1 }),
            fc.nat({ max: 63 }),
          ),
        ),
      ([count, index, digit]) => {
        const all = leaves(count);
        const root = merkleRoot(all);
        const changed = all.map((leaf, at) =>
          at === index ? { ...leaf, auditSequence: 9_999 } : leaf,
        );
        expect(merkleRoot(changed)).not.toBe(root);
        expect(merkleRoot(all.toReversed())).not.toBe(root);
        const proof = new MerkleTree(all).prove(index);
        const path = proof.path.map((sibling, at) =>
          at === 0 ? { ...sibling, hash: flip(sibling.hash, digit) } : sibling,
        );
        expect(verifyLeafProof({ ...proof, path }, root)).toBe(false);
      },
    ),
  );
});

test("[AU-4] an inner node cannot pass for a leaf, and a shorter path proves nothing", () => {
  const all = leaves(4);
  const root = merkleRoot(all);
  const proof = new MerkleTree(all).prove(2);
  expect(
    verifyLeafProof({ ...proof, path: proof.path.slice(0, 1) }, root),
  ).toBe(false);
  expect(merkleRoot(all.slice(0, 2))).not.toBe(merkleRoot(all.slice(0, 1)));
  expect(() => merkleRoot([])).toThrow("at least one leaf");
});

function flip(text: string, at: number): string {
  const digit = text[at] === "0" ? "1" : "0";
  return text.slice(0, at) + digit + text.slice(at + 1);
}
