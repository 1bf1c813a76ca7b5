/**
 * The last checkpoint of an organization with its tree, read and hashed once for all devices that are told of it: each is told by a few
 * scopes of its own, and the tree is over all that there are. SPEC AU-4.
 *
 * What is in memory counts only while the store holds no checkpoint with the next number, so whoever makes one need not say so.
 */
import {
  MerkleTree,
  type CheckpointMessage,
  type ReadTransaction,
  type RecordId,
  type ScopeId,
} from "@suture/schema";

import { checkpointLeavesTable, checkpointsTable } from "./audit-tables.ts";

interface SignedTree {
  readonly number: number;
  readonly jws: string;
  readonly tree: MerkleTree;
  readonly positions: ReadonlyMap<ScopeId, number>;
}

/** Those that were told of last. */
const maxOrganizations = 100;

export class SignedTrees {
  readonly #lastByOrganization = new Map<RecordId, SignedTree>();

  /** The last checkpoint with proofs for those of the scopes that it covers; undefined before the first. */
  async messageFor(
    tx: ReadTransaction,
    organizationId: RecordId,
    scopeIds: readonly ScopeId[],
  ): Promise<CheckpointMessage | undefined> {
    const last = await this.#last(tx, organizationId);
    if (last === undefined) return undefined;
    const { jws, tree, positions } = last;
    const proved = scopeIds.flatMap((scopeId) => positions.get(scopeId) ?? []);
    const proofs = [...new Set(proved)]
      .toSorted((one, other) => one - other)
      .map((position) => tree.prove(position));
    return { type: "checkpoint", jws, proofs };
  }

  async #last(
    tx: ReadTransaction,
    organizationId: RecordId,
  ): Promise<SignedTree | undefined> {
    const known = this.#lastByOrganization.get(organizationId);
    if (known !== undefined) {
      const next = await tx.get(checkpointsTable, [known.number + 1]);
      if (next === undefined) return known;
    }
    const read = await readLast(tx);
    if (read !== undefined) this.#keep(organizationId, read);
    return read;
  }

  #keep(organizationId: RecordId, read: SignedTree): void {
    this.#lastByOrganization.delete(organizationId);
    this.#lastByOrganization.set(organizationId, read);
    for (const oldest of this.#lastByOrganization.keys()) {
      if (this.#lastByOrganization.size <= maxOrganizations) break;
      this.#lastByOrganization.delete(oldest);
    }
  }
}

async function readLast(tx: ReadTransaction): Promise<SignedTree | undefined> {
  const [last] = await tx.scan(checkpointsTable, { reverse: true, limit: 1 });
  if (last === undefined) return undefined;
  const rows = await tx.scan(checkpointLeavesTable);
  const leaves = rows.map(({ value }) => value);
  const { claims, jws } = last.value;
  return {
    number: claims.number,
    jws,
    tree: new MerkleTree(leaves),
    positions: new Map(
      leaves.map(({ scopeId }, position) => [scopeId, position]),
    ),
  };
}
