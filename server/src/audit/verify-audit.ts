/**
 * Proves, without the server, that a store holds what was once written: every audit and read chain, every log against the
 * bytes of its changes and the audit's word on it, every picture that the audit tells of, and every checkpoint's signature and root
 * at its time. Names the first row that is wrong. SPEC AU-7, AU-17, AT-14.
 *
 * What it cannot prove: that nothing was cut off behind the last checkpoint. Devices that hold receipts can (SPEC SY-7). A
 * checkpoint of a key that was distrusted since proves nothing and breaks nothing: those behind it cover the same rows.
 */
import {
  decodeChange,
  defaultChangeLimits,
  firstAuditChain,
  firstChain,
  nextAuditChain,
  nextChain,
  sha256Hex,
  type ReadTransaction,
  type ScopeId,
  type Store,
} from "@suture/schema";

import {
  adoptedWorkTable,
  attachmentsTable,
  changeBytesTable,
  logHeadsTable,
  logTable,
  statementsTable,
} from "../log/log-tables.ts";
import type { AuditEntry } from "./audit-entry.ts";
import {
  auditHeadsTable,
  auditReadHeadsTable,
  auditReadsTable,
  auditTable,
} from "./audit-tables.ts";
import { visitRows, type BrokenRow } from "./broken-row.ts";
import { ToldRows } from "./told-rows.ts";
import { verifyChains } from "./verify-chain.ts";
import {
  loadCheckpointKeys,
  verifyCheckpoints,
  type CheckpointKeys,
} from "./verify-checkpoints.ts";

export interface VerifiedCounts {
  readonly organizations: number;
  readonly auditEntries: number;
  readonly readBatches: number;
  readonly logRows: number;
  /** Signed by keys that are believed. */
  readonly checkpoints: number;
  /** Signed by keys that, as the audit says, were distrusted since. */
  readonly distrustedCheckpoints: number;
}

export type AuditVerdict =
  | { readonly isIntact: true; readonly counts: VerifiedCounts }
  | {
      readonly isIntact: false;
      /** The partition: an organization's id. */
      readonly partition: string;
      readonly broken: BrokenRow;
    };

/** The partition of identity, where the public keys are; it holds no chain. */
const systemPartition = "system";

type Counts = { -readonly [Name in keyof VerifiedCounts]: number };

/** What else of a partition must agree with what its chains prove. Asked last: it may take logs and bytes for sound. */
export type PartitionCheck = (tx: ReadTransaction) => Promise<BrokenRow | null>;

export async function verifyAudit(
  store: Store,
  checkDerived: PartitionCheck = async () => null,
): Promise<AuditVerdict> {
  const counts: Counts = {
    organizations: 0,
    auditEntries: 0,
    readBatches: 0,
    logRows: 0,
    checkpoints: 0,
    distrustedCheckpoints: 0,
  };
  const keys = await loadCheckpointKeys(store);
  const partitions = await store.listPartitions();
  for (const partition of [...partitions].sort()) {
    if (partition === systemPartition) continue;
    counts.organizations += 1;
    const broken =
      (await verifyPartition(store, partition, keys, counts)) ??
      (await store.read(partition, checkDerived));
    if (broken !== null) return { isIntact: false, partition, broken };
  }
  return { isIntact: true, counts };
}

async function verifyPartition(
  store: Store,
  partition: string,
  keys: CheckpointKeys,
  counts: Counts,
): Promise<BrokenRow | null> {
  const distrustedKids = new Set<string>();
  const broken = await store.read(partition, async (tx) => {
    const rows = new ToldRows(tx);
    const told: Told = { distrustedKids, adopted: new Set(), rows };
    return (
      (await verifyLogs(tx, counts)) ??
      (await verifyStatements(tx)) ??
      (await verifyAuditChains(tx, counts, told)) ??
      (await rows.atEnd()) ??
      (await verifyAdopted(tx, told)) ??
      (await verifyReadChains(tx, counts))
    );
  });
  const believed = { keys, distrustedKids };
  return broken ?? verifyCheckpoints(store, partition, believed, counts);
}

function verifyLogs(
  tx: ReadTransaction,
  counts: Counts,
): Promise<BrokenRow | null> {
  return verifyChains(tx, {
    rows: logTable,
    heads: logHeadsTable,
    first: (scopeId, head) => firstChain(scopeId, head?.epoch ?? ""),
    next: nextChain,
    async check({ recordId, hash }) {
      counts.logRows += 1;
      const bytes = await tx.get(changeBytesTable, [recordId, hash]);
      const change = bytes && decodeChange(bytes, defaultChangeLimits);
      const problem =
        bytes === undefined
          ? "the change's bytes are missing"
          : change?.ok === true && change.value.hash === hash
            ? null
            : "the bytes are not those of the change that the log names";
      return problem === null
        ? null
        : { table: changeBytesTable.name, key: [recordId, hash], problem };
    },
  });
}

/** Statement texts are kept a second time, beside the bytes they come from. */
function verifyStatements(tx: ReadTransaction): Promise<BrokenRow | null> {
  return visitRows(tx, statementsTable, async ({ key, value }) => {
    const [recordId = "", opId] = key;
    const bytes = await tx.get(changeBytesTable, [recordId, value.hash]);
    const change = bytes && decodeChange(bytes, defaultChangeLimits);
    const counter = Number(String(opId).split("@")[0]);
    const op =
      change?.ok === true
        ? change.value.ops[counter - change.value.startOp]
        : undefined;
    return op?.key === value.group && op.value === value.text
      ? null
      : {
          table: statementsTable.name,
          key,
          problem: "the statement is not what its change says",
        };
  });
}

/** What of the entries is needed to judge other rows. */
interface Told {
  readonly distrustedKids: Set<string>;
  /** `record hash`, of changes that say refused work again. */
  readonly adopted: Set<string>;
  readonly rows: ToldRows;
}

function verifyAuditChains(
  tx: ReadTransaction,
  counts: Counts,
  { distrustedKids, adopted, rows }: Told,
): Promise<BrokenRow | null> {
  return verifyChains(tx, {
    rows: auditTable,
    heads: auditHeadsTable,
    first: (scopeId) => firstAuditChain("audit", scopeId),
    next: (previous, { atMs, entry }, scopeId, sequence) =>
      nextAuditChain(previous, {
        name: "audit",
        scopeId,
        sequence,
        atMs,
        entry,
      }),
    async check({ atMs, entry }, scopeId, sequence) {
      counts.auditEntries += 1;
      if (entry.event === "attachment-stored")
        return verifyAttachment(tx, entry);
      if (entry.event === "changes-admitted")
        return rows.add(scopeId, sequence, atMs, entry);
      if (entry.event === "signing-key-distrusted")
        distrustedKids.add(entry.kid);
      if (entry.event === "work-adopted")
        adopted.add(`${entry.recordId} ${entry.as}`);
      const problem = await problemOf(tx, scopeId, entry);
      return problem === null
        ? null
        : { table: auditTable.name, key: [scopeId, sequence], problem };
    },
  });
}

async function verifyAttachment(
  tx: ReadTransaction,
  { recordId, attachment }: Extract<AuditEntry, { event: "attachment-stored" }>,
): Promise<BrokenRow | null> {
  const key = [recordId, attachment];
  const bytes = await tx.get(attachmentsTable, key);
  if (bytes !== undefined && sha256Hex(bytes) === attachment) return null;
  const problem = "it is not the picture that the audit tells of";
  return { table: attachmentsTable.name, key, problem };
}

/** Whether what an entry points at is there and says the same. */
async function problemOf(
  tx: ReadTransaction,
  scopeId: ScopeId,
  entry: AuditEntry,
): Promise<string | null> {
  if (entry.event === "work-adopted") {
    const { recordId, as, hash, memberId, deviceId } = entry;
    const kept = await tx.get(adoptedWorkTable, [recordId, as]);
    const isSame =
      kept?.hash === hash &&
      kept.memberId === memberId &&
      kept.deviceId === deviceId;
    return isSame ? null : "whose work it is, is not kept as it says";
  }
  if (entry.event === "reads-anchored") {
    const read = await tx.get(auditReadsTable, [scopeId, entry.sequence]);
    return read?.chain === entry.chain
      ? null
      : "the chain of reads is not the one that it names";
  }
  return null;
}

/** No change passes for somebody else's work without an entry. */
function verifyAdopted(
  tx: ReadTransaction,
  { adopted }: Told,
): Promise<BrokenRow | null> {
  return visitRows(tx, adoptedWorkTable, async ({ key }) =>
    adopted.has(key.join(" "))
      ? null
      : {
          table: adoptedWorkTable.name,
          key,
          problem: "no entry tells of its adoption",
        },
  );
}

function verifyReadChains(
  tx: ReadTransaction,
  counts: Counts,
): Promise<BrokenRow | null> {
  return verifyChains(tx, {
    rows: auditReadsTable,
    heads: auditReadHeadsTable,
    first: (scopeId) => firstAuditChain("reads", scopeId),
    next: (previous, { atMs, entry }, scopeId, sequence) =>
      nextAuditChain(previous, {
        name: "reads",
        scopeId,
        sequence,
        atMs,
        entry,
      }),
    async check() {
      counts.readBatches += 1;
      return null;
    },
  });
}
