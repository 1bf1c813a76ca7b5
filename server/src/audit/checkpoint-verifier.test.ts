/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
import {
  createMemoryStore,
  merkleRoot,
  organizationScope,
  MerkleTree,
  recordIdFromBytes,
  teamScope,
  type CheckpointLeaf,
  type ScopeId,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import { createKeyRing, type KeyRing } from "../identity/key-ring.ts";
import { serverTables } from "../server-tables.ts";
import { createCheckpointVerifier } from "./checkpoint-verifier.ts";

const issuer = "https://suture.example";
const organizationId = recordIdFromBytes(new Uint8Array(16).fill(1));
const organizationLeaf = leafOf(organizationScope(organizationId));
const leaves = [
  organizationLeaf,
  leafOf(teamScope(recordIdFromBytes(new Uint8Array(16).fill(2)))),
];
const claims = {
  iss: issuer,
  organizationId,
  number: 3,
  root: merkleRoot(leaves),
  atMs: 1,
};

function leafOf(scopeId: ScopeId): CheckpointLeaf {
  const hash = "ab".repeat(32);
  return {
    scopeId,
    log: { epoch: "0123456789abcdef", sequence: 7, chain: hash },
    auditSequence: 4,
    auditChain: hash,
  };
}

const proof = new MerkleTree(leaves).prove(0);

let keys: KeyRing;
beforeEach(async () => {
  keys = await newKeys();
});

function newKeys(): Promise<KeyRing> {
  const store = createMemoryStore({ tables: serverTables });
  return createKeyRing({ store, clock: new HandTimers(), issuer });
}

test("[AU-5] a leaf under a root that this server signed counts", async () => {
  const verify = createCheckpointVerifier(keys);
  const jws = await keys.signCheckpoint(claims);
  expect(await verify(jws, proof)).toEqual(claims);
});

test("[AU-5] another server's signature does not, though it says the same", async () => {
  const verify = createCheckpointVerifier(keys);
  const elsewhere = await (await newKeys()).signCheckpoint(claims);
  expect(await verify(elsewhere, proof)).toBe(null);
});

test("[AU-5] a leaf that was not signed does not, though the checkpoint is ours", async () => {
  const verify = createCheckpointVerifier(keys);
  const jws = await keys.signCheckpoint(claims);
  const { leaf, ...path } = proof;
  const further = { ...leaf, log: { ...leaf.log, sequence: 8 } };
  expect(await verify(jws, { ...path, leaf: further })).toBe(null);
});

test("[AU-5] a checkpoint of another root does not", async () => {
  const verify = createCheckpointVerifier(keys);
  const jws = await keys.signCheckpoint({
    ...claims,
    root: merkleRoot([organizationLeaf]),
  });
  expect(await verify(jws, proof)).toBe(null);
});

test("[ID-29] a checkpoint from before a rotation goes on counting, and one of a distrusted key does not", async () => {
  const verify = createCheckpointVerifier(keys);
  const jws = await keys.signCheckpoint(claims);
  const [signedBy] = (await keys.jwks()).keys;
  await keys.rotate();
  await keys.rotate();
  expect(await verify(jws, proof)).toEqual(claims);
  await keys.distrust(signedBy?.kid ?? "");
  expect(await verify(jws, proof)).toBe(null);
});
