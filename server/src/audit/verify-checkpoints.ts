/** Checks every checkpoint of a partition: number, signature, root at its time, and the chains it says it covers. SPEC AU-7. */
import {
  checkpointClaimsSchema,
  firstAuditChain,
  firstChain,
  merkleRoot,
  type CheckpointLeaf,
  type ReadTransaction,
  type ScopeId,
  type Store,
} from "@suture/schema";
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  jwtVerify,
  type JSONWebKeySet,
} from "jose";

import {
  identityPartition,
  signingKeysTable,
} from "../identity/identity-tables.ts";
import { checkpointKind } from "../identity/key-ring.ts";
import { logHeadsTable, logTable } from "../log/log-tables.ts";
import {
  auditTable,
  checkpointLeavesTable,
  checkpointsTable,
  type CheckpointRow,
} from "./audit-tables.ts";
import { visitRows, type BrokenRow } from "./broken-row.ts";

export type CheckpointKeys = ReturnType<typeof createLocalJWKSet>;

export interface BelievedKeys {
  readonly keys: CheckpointKeys;
  /** As the audit says. They are gone: what they signed can be neither proven nor called broken. */
  readonly distrustedKids: ReadonlySet<string>;
}

/** The public halves of every signing key that is not distrusted, retired ones too. */
export async function loadCheckpointKeys(
  store: Store,
): Promise<CheckpointKeys> {
  const rows = await store.read(identityPartition, (tx) =>
    tx.scan(signingKeysTable),
  );
  const keys: JSONWebKeySet["keys"] = rows.map(({ key, value }) => ({
    ...value.publicJwk,
    kid: String(key[0]),
    alg: "ES256",
  }));
  return createLocalJWKSet({ keys });
}

export async function verifyCheckpoints(
  store: Store,
  partition: string,
  { keys, distrustedKids }: BelievedKeys,
  counts: { checkpoints: number; distrustedCheckpoints: number },
): Promise<BrokenRow | null> {
  const checkpoints: CheckpointRow[] = [];
  const broken = await store.read(partition, async (tx) => {
    const leaves = new Map<ScopeId, CheckpointLeaf>();
    const brokenRow = await visitRows(tx, checkpointsTable, async (row) => {
      const number = checkpoints.length + 1;
      checkpoints.push(row.value);
      const problem =
        row.key[0] === number
          ? await problemOf(tx, partition, number, row.value, leaves)
          : "the checkpoint is missing";
      return problem === null ? null : brokenAt(number, problem);
    });
    return brokenRow ?? (await verifyLastLeaves(tx, leaves));
  });
  // Signatures wait for WebCrypto, which no transaction may.
  for (const [index, { jws, claims }] of checkpoints.entries()) {
    if (await isSigned(jws, claims, keys)) counts.checkpoints += 1;
    else if (distrustedKids.has(kidOf(jws))) counts.distrustedCheckpoints += 1;
    else
      return brokenAt(index + 1, "no key of this server signed what it says");
  }
  return broken;
}

async function problemOf(
  tx: ReadTransaction,
  partition: string,
  number: number,
  { claims, changedLeaves }: CheckpointRow,
  leaves: Map<ScopeId, CheckpointLeaf>,
): Promise<string | null> {
  if (claims.number !== number || claims.organizationId !== partition)
    return "it is another checkpoint's";
  for (const leaf of changedLeaves) {
    leaves.set(leaf.scopeId, leaf);
    if (!(await isLogAt(tx, leaf)))
      return "the log does not go through the point that was signed";
    if (!(await isAuditAt(tx, leaf)))
      return "the audit does not go through the point that was signed";
  }
  const all = [...leaves.values()].sort((left, right) =>
    left.scopeId < right.scopeId ? -1 : 1,
  );
  return merkleRoot(all) === claims.root
    ? null
    : "its leaves do not have the root that was signed";
}

async function isLogAt(
  tx: ReadTransaction,
  { scopeId, log }: CheckpointLeaf,
): Promise<boolean> {
  const head = await tx.get(logHeadsTable, [scopeId]);
  if (head?.epoch !== log.epoch) return false;
  const chain =
    log.sequence === 0
      ? firstChain(scopeId, log.epoch)
      : (await tx.get(logTable, [scopeId, log.sequence]))?.chain;
  return chain === log.chain;
}

async function isAuditAt(
  tx: ReadTransaction,
  { scopeId, auditSequence, auditChain }: CheckpointLeaf,
): Promise<boolean> {
  const chain =
    auditSequence === 0
      ? firstAuditChain("audit", scopeId)
      : (await tx.get(auditTable, [scopeId, auditSequence]))?.chain;
  return chain === auditChain;
}

async function isSigned(
  jws: string,
  claims: CheckpointRow["claims"],
  keys: CheckpointKeys,
): Promise<boolean> {
  try {
    const { payload } = await jwtVerify(jws, keys, {
      algorithms: ["ES256"],
      audience: checkpointKind.audience,
      typ: checkpointKind.typ,
    });
    const signed = checkpointClaimsSchema.safeParse(payload);
    return (
      signed.success && JSON.stringify(signed.data) === JSON.stringify(claims)
    );
  } catch {
    // Every way of not being signed by these keys is the same answer.
    return false;
  }
}

function kidOf(jws: string): string {
  try {
    return decodeProtectedHeader(jws).kid ?? "";
  } catch {
    return "";
  }
}

/** The leaves kept for proofs are those of the last checkpoint: all of them, and no others. */
async function verifyLastLeaves(
  tx: ReadTransaction,
  leaves: ReadonlyMap<ScopeId, CheckpointLeaf>,
): Promise<BrokenRow | null> {
  const { name } = checkpointLeavesTable;
  for (const [scopeId, leaf] of leaves) {
    const held = await tx.get(checkpointLeavesTable, [scopeId]);
    if (JSON.stringify(held) !== JSON.stringify(leaf)) {
      const problem = "it is not the leaf that was signed";
      return { table: name, key: [scopeId], problem };
    }
  }
  return visitRows(tx, checkpointLeavesTable, async ({ key, value }) =>
    leaves.has(value.scopeId)
      ? null
      : { table: name, key, problem: "no checkpoint that is here signed it" },
  );
}

function brokenAt(number: number, problem: string): BrokenRow {
  return { table: checkpointsTable.name, key: [number], problem };
}
