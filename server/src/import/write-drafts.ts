/**
 * Writes drafts into an organization, record by record, through admission: parents first, in batches, each durable before the
 * next is composed. What a run that was killed had written is found by the next one, which goes on from there.
 */
import { limits } from "@suture/schema";
import type {
  Clock,
  Random,
  RecordDraft,
  RecordId,
  RecordTypes,
  ScopeId,
  Store,
} from "@suture/schema";
import type { Admission } from "../admission/admit-batch.ts";
import type { PushedChange } from "../admission/judgement.ts";
import { noteDelivered, readKeyOf } from "../log/deliveries.ts";
import { logHeadsTable, recordsTable } from "../log/log-tables.ts";
import { composeRecord } from "./compose-record.ts";
import type { ImportMember } from "./import-member.ts";
import { importAuthor, importSigner } from "./operator.ts";
import { planRecord } from "./plan-record.ts";
import { readKnownRecord, type ImportedRecord } from "./read-known-record.ts";
import { RecordEditor } from "./record-editor.ts";
import { SourceFates } from "./source-fates.ts";

export interface WriteDeps {
  readonly store: Store;
  readonly types: RecordTypes;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly random: Random;
}

export interface WriteRequest {
  readonly organizationId: RecordId;
  readonly drafts: readonly RecordDraft[];
  readonly member: ImportMember;
  readonly onProgress: (doneCount: number) => void;
}

export interface Written {
  readonly fates: SourceFates;
  /** Changes that this run added, its own among them. */
  readonly changeCount: number;
  /** Records that it wrote, its own not among them. */
  readonly recordCount: number;
}

interface Pending extends PushedChange {
  /** Null for the import's own changes. */
  readonly draft: RecordDraft | null;
  readonly origins: readonly string[];
}

/** Records looked at together: patients may hold a megabyte each. */
const recordsPerRead = 32;
const batchChanges = limits.maxBatchChanges - 100;
const batchBytes = limits.maxBatchBytes - limits.maxChangeBytes;

export async function writeDrafts(
  deps: WriteDeps,
  { organizationId, drafts, member, onProgress }: WriteRequest,
): Promise<Written> {
  const signer = importSigner(organizationId);
  const batch = new Batch(deps, organizationId);
  const teamIds = new Set(drafts.flatMap(teamOf(deps.types)));
  for (let start = 0; start < drafts.length; start += recordsPerRead) {
    const page = drafts.slice(start, start + recordsPerRead);
    const known = await readAll(deps, organizationId, page);
    for (const [position, draft] of page.entries()) {
      const type = deps.types.get(draft.type);
      if (type === undefined) throw new Error(`no record type ${draft.type}`);
      const held = known[position];
      const plan = planRecord(type, draft, held);
      for (const [origin, kind] of plan.untouched)
        batch.fates.note(draft, origin, { kind });
      const composed = composeRecord(
        new RecordEditor({ ...deps, signer }, type, draft.recordId, held),
        draft,
        plan,
        held === undefined,
      );
      if (!composed.ok) {
        for (const origin of Object.keys(draft.origins))
          batch.fates.note(draft, origin, {
            kind: "refused",
            code: composed.error.code,
          });
        continue;
      }
      if (composed.value.length === 0) continue;
      await batch.add(member.join().map(ownChange));
      if (type.scope === "team")
        await batch.add(
          member
            .joinTeam(held?.parentId ?? draft.parentId, teamIds)
            .map(ownChange),
        );
      if (held !== undefined && plan.statements.length > 0)
        batch.noteSeen(held.scopeId);
      await batch.add(composed.value.map((change) => ({ ...change, draft })));
    }
    onProgress(start + page.length);
  }
  await batch.flush();
  onProgress(drafts.length);
  return batch;
}

function teamOf(types: RecordTypes) {
  return ({ type, parentId }: RecordDraft): readonly RecordId[] =>
    types.get(type)?.scope === "team" ? [parentId] : [];
}

function ownChange(change: PushedChange): Pending {
  return { ...change, draft: null, origins: [] };
}

type Held = ImportedRecord & {
  readonly scopeId: ScopeId;
  readonly parentId: RecordId | null;
};

/** What is here of each draft's record, in the order of the drafts. */
async function readAll(
  { store, types }: WriteDeps,
  organizationId: RecordId,
  drafts: readonly RecordDraft[],
): Promise<readonly (Held | undefined)[]> {
  const { memberId } = importSigner(organizationId);
  return store.read(organizationId, async (tx) => {
    const found: (Held | undefined)[] = [];
    for (const { recordId, type: name } of drafts) {
      const row = await tx.get(recordsTable, [recordId]);
      const type = types.get(name);
      const known =
        row === undefined || type === undefined
          ? undefined
          : await readKnownRecord(tx, type, recordId, memberId);
      found.push(
        row === undefined || known === undefined
          ? undefined
          : { ...known, scopeId: row.scopeId, parentId: row.parentId },
      );
    }
    return found;
  });
}

/** Changes on their way to admission, and what became of those before. */
class Batch implements Written {
  readonly fates = new SourceFates();
  changeCount = 0;
  readonly #written = new Set<RecordId>();
  readonly #deps: WriteDeps;
  readonly #organizationId: RecordId;
  readonly #seenScopes = new Set<ScopeId>();
  #pending: Pending[] = [];
  #byteLength = 0;

  constructor(deps: WriteDeps, organizationId: RecordId) {
    this.#deps = deps;
    this.#organizationId = organizationId;
  }

  get recordCount(): number {
    return this.#written.size;
  }

  async add(changes: readonly Pending[]): Promise<void> {
    for (const change of changes) {
      const isFull =
        this.#pending.length >= batchChanges ||
        this.#byteLength + change.bytes.length > batchBytes;
      if (isFull) await this.flush();
      this.#pending.push(change);
      this.#byteLength += change.bytes.length;
    }
  }

  /** The import has read the scope's records: what it overwrites there, it has seen. */
  noteSeen(scopeId: ScopeId): void {
    this.#seenScopes.add(scopeId);
  }

  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    this.#byteLength = 0;
    if (pending.length === 0) return;
    await this.#noteDeliveries();
    const { admission } = this.#deps;
    const { verdicts } = await admission.admit(
      importAuthor(this.#organizationId),
      pending,
    );
    for (const [position, { draft, origins }] of pending.entries()) {
      const verdict = verdicts[position];
      const isIn =
        verdict?.verdict === "accepted" || verdict?.verdict === "duplicate";
      if (verdict?.verdict === "accepted") this.changeCount += 1;
      const code =
        verdict !== undefined && "code" in verdict ? verdict.code : "refused";
      if (draft === null) {
        if (!isIn) throw new Error(`the import itself was refused: ${code}`);
        continue;
      }
      if (isIn) this.#written.add(draft.recordId);
      for (const origin of origins)
        this.fates.note(
          draft,
          origin,
          isIn ? { kind: "written" } : { kind: "refused", code },
        );
    }
  }

  async #noteDeliveries(): Promise<void> {
    const scopeIds = [...this.#seenScopes];
    this.#seenScopes.clear();
    if (scopeIds.length === 0) return;
    const { store, clock, types } = this.#deps;
    const readKey = readKeyOf(types.list.map(({ type }) => type));
    const { deviceId } = importSigner(this.#organizationId);
    await store.write(this.#organizationId, async (tx) => {
      for (const scopeId of scopeIds) {
        const head = await tx.get(logHeadsTable, [scopeId]);
        if (head === undefined || head.sequence === 0) continue;
        const sent = { fromSequence: 0, toSequence: head.sequence };
        await noteDelivered(
          tx,
          { deviceId, scopeId, readKey, ...sent },
          clock.now(),
        );
      }
    });
  }
}
