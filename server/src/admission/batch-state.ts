/**
 * What one organization's transaction knows while a batch is admitted: the records it touches, its members' rights, where its
 * logs end, and what there will be to tell. Everything is read once; what changed is written by `finish`.
 */
import { LogAppender, type AppendedRange } from "../log/append-to-log.ts";
import { recordsTable, type RecordRow } from "../log/log-tables.ts";
import type { RecordCache } from "../log/record-cache.ts";
import type { RecordMemory } from "../log/record-memory.ts";
import { createRecordView, type RecordView } from "../log/record-view.ts";
import type {
  PersonId,
  Random,
  RecordId,
  RecordType,
  RecordTypes,
  ScopeId,
  WriteTransaction,
} from "@suture/schema";
import {
  membersTable,
  quarantinedTable,
  refusalsTable,
  restorableTable,
  waitingTable,
  type RefusalRow,
} from "./admission-tables.ts";
import type { AppendAudit } from "./commit.ts";
import { standingFrom } from "./project-member.ts";
import type { ReviewDelta } from "../review/review-book.ts";
import type { Pusher, Standing } from "./judgement.ts";
import { ownRefusals, type RefusalName } from "./refusals.ts";
import type { WaitingLimits } from "./waiting.ts";

export interface OpenRecord {
  readonly row: RecordRow;
  readonly type: RecordType;
  readonly memory: RecordMemory;
  readonly view: RecordView;
}

/** Who founds the organization with this very batch. */
export interface Founding {
  readonly personId: PersonId;
  readonly memberId: RecordId;
  /** Not an account but whoever owns the data directory, who may also join an organization that is there. */
  readonly isOperator: boolean;
}

export interface ReviewNews {
  readonly organizationId: RecordId;
  readonly scopeId: ScopeId;
  readonly recordType: string;
  readonly delta: ReviewDelta;
}

export interface BatchSetting {
  readonly organizationId: RecordId;
  readonly atMs: number;
  readonly types: RecordTypes;
  readonly random: Random;
  readonly cache: RecordCache;
  readonly founding: Founding | null;
  readonly waitingLimits: WaitingLimits;
}

const firstAdmin: Standing = {
  roles: new Set(["admin"]),
  teamIds: new Set(),
  isActive: true,
};

export class BatchState {
  readonly tx: WriteTransaction;
  readonly setting: BatchSetting;
  readonly log: LogAppender;
  readonly reviews: ReviewNews[] = [];
  readonly membershipsChanged = new Set<RecordId>();
  readonly #records = new Map<RecordId, OpenRecord | undefined>();
  readonly #changed = new Set<RecordId>();
  readonly #standings = new Map<RecordId, Standing | undefined>();
  /** Tables with at least one row, so that nothing is looked up where there is nothing. */
  readonly #inUse = new Set<string>();
  #openedChangeCount = 0;

  private constructor(tx: WriteTransaction, setting: BatchSetting) {
    this.tx = tx;
    this.setting = setting;
    this.log = new LogAppender(tx, setting.random);
  }

  static async begin(
    tx: WriteTransaction,
    setting: BatchSetting,
  ): Promise<BatchState> {
    const state = new BatchState(tx, setting);
    for (const table of [
      quarantinedTable,
      refusalsTable,
      waitingTable,
      restorableTable,
    ]) {
      const [row] = await tx.scan<unknown>(table, { limit: 1 });
      if (row !== undefined) state.noteUse(table.name);
    }
    return state;
  }

  /** How many changes the records hold that were opened until now: about what was read for them. */
  get openedChangeCount(): number {
    return this.#openedChangeCount;
  }

  /** A record that the batch has come by already. */
  held(recordId: RecordId): OpenRecord | undefined {
    return this.#records.get(recordId);
  }

  async recordOf(recordId: RecordId): Promise<OpenRecord | undefined> {
    if (this.#records.has(recordId)) return this.#records.get(recordId);
    const row = await this.tx.get(recordsTable, [recordId]);
    const open = row === undefined ? undefined : await this.#open(row);
    this.#records.set(recordId, open);
    return open;
  }

  /** Takes note of what a record is now. `finish` writes its row; a new one's is to be written at once, for others to find. */
  keepRecord(row: RecordRow, memory: RecordMemory): void {
    const { recordId } = row;
    const held = this.#records.get(recordId);
    if (held === undefined) {
      this.#records.set(recordId, this.#opened(row, memory));
      this.setting.cache.keep(this.setting.organizationId, recordId, memory);
    } else {
      const { type, view } = held;
      this.#records.set(recordId, { row, type, memory, view });
    }
    this.#changed.add(recordId);
  }

  /** What a member may do that the batch has asked about already. */
  heldStanding(memberId: RecordId): Standing | undefined {
    return this.#standings.get(memberId);
  }

  /** What a member may do now; undefined for somebody who is none. */
  async standingOf(memberId: RecordId): Promise<Standing | undefined> {
    if (this.#standings.has(memberId)) return this.#standings.get(memberId);
    const row = await this.tx.get(membersTable, [memberId]);
    const standing =
      row === undefined ? this.#foundersStanding(memberId) : standingFrom(row);
    this.#standings.set(memberId, standing);
    return standing;
  }

  noteMembershipChange(memberId: RecordId): void {
    this.#standings.delete(memberId);
    this.membershipsChanged.add(memberId);
  }

  /** What was refused to the pusher, or from the same device. */
  async refusalsTo(
    pusher: Pusher,
    name: RefusalName,
  ): Promise<readonly RefusalRow[]> {
    return this.hasRefusals ? ownRefusals(this.tx, pusher, name) : [];
  }

  get hasQuarantined(): boolean {
    return this.#inUse.has(quarantinedTable.name);
  }

  get hasRefusals(): boolean {
    return this.#inUse.has(refusalsTable.name);
  }

  get hasRestorable(): boolean {
    return this.#inUse.has(restorableTable.name);
  }

  get hasWaiting(): boolean {
    return this.#inUse.has(waitingTable.name);
  }

  /** To be called for each of the tables that `begin` looks into, when a row is put there. */
  noteUse(tableName: string): void {
    this.#inUse.add(tableName);
  }

  /** Writes what has changed, tells the audit of what was appended (SPEC AU-17), and says it. To be called once, last. */
  async finish(appendAudit: AppendAudit): Promise<readonly AppendedRange[]> {
    for (const recordId of this.#changed) {
      const open = this.#records.get(recordId);
      if (open === undefined) continue;
      await this.tx.put(recordsTable, [recordId], open.row);
      open.memory.trimStatements();
    }
    const { atMs } = this.setting;
    const ranges = await this.log.flush();
    for (const { scopeId, fromSequence, toSequence, chain } of ranges) {
      const event = "changes-admitted" as const;
      const entry = { event, fromSequence, toSequence, chain };
      await appendAudit(this.tx, { scopeId, atMs }, entry);
    }
    return ranges;
  }

  async #open(row: RecordRow): Promise<OpenRecord | undefined> {
    const { cache, organizationId } = this.setting;
    const memory = await cache.load(this.tx, organizationId, row);
    this.#openedChangeCount += memory.index.size;
    return this.#opened(row, memory);
  }

  #opened(row: RecordRow, memory: RecordMemory): OpenRecord {
    const type = this.setting.types.get(row.recordType);
    if (type === undefined)
      throw new Error("a record's type is no longer declared");
    const view = createRecordView(this.tx, type, row.recordId, memory);
    return { row, type, memory, view };
  }

  /** For this request only, and only until the founder's own member record is here. SPEC AD-13. */
  #foundersStanding(memberId: RecordId): Standing | undefined {
    return this.setting.founding?.memberId === memberId
      ? firstAdmin
      : undefined;
  }
}
