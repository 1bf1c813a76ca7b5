/**
 * automerge-repo's storage over the local log: reading gives what the log holds, writing brings new changes into it. SPEC CL-17.
 *
 * A document is given as one snapshot (an incremental chunk alone cannot be loaded, and with incrementals only, the first edit
 * would write the whole history). Nothing is ever removed: the log is not a cache. A change that may not enter is not an
 * error here, because automerge-repo leaves a failed save unhandled: it is told to `onRefused`, and the document is rebuilt.
 */
import {
  applyChanges,
  free,
  getAllChanges,
  init,
  load,
  save,
} from "@automerge/automerge";
import type {
  Chunk,
  StorageAdapterInterface,
  StorageKey,
} from "@automerge/automerge-repo";
import {
  decodeChange,
  defaultChangeLimits,
  indexChange,
  interpretChange,
  isRecordId,
  splitChunks,
  type ChangeHash,
  type DecodedChange,
  type Edit,
  type RecordId,
  type Result,
} from "@suture/schema";
import { err, ok } from "@suture/schema";

import { mergeLane } from "../store/local-change.ts";
import { authorOf, type SigningAuthor } from "./author-of.ts";
import { checkPlanned } from "./check-planned.ts";
import { commitPlan } from "./commit-plan.ts";
import { mayReadOpen } from "./may-read.ts";
import type { OpenRecord } from "./open-records.ts";
import type { RecordDeps } from "./record-deps.ts";
import type { SaveProblem } from "./save-problem.ts";

export interface RefusedWrite {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly problem: SaveProblem;
}

const documentChunk = 0;
const chunkTypeAt = 8;

export class LogStorageAdapter implements StorageAdapterInterface {
  readonly #deps: RecordDeps;
  readonly #onRefused: (refused: RefusedWrite) => void;
  /** What automerge-repo keeps for itself: its storage id, sync states. Of no use to the next start. Oldest first, by key. */
  readonly #own = new Map<string, Chunk>();

  constructor(deps: RecordDeps, onRefused: (refused: RefusedWrite) => void) {
    this.#deps = deps;
    this.#onRefused = onRefused;
  }

  load(key: StorageKey): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#own.get(nameOf(key))?.data);
  }

  async save(key: StorageKey, data: Uint8Array): Promise<void> {
    const [recordId = "", kind] = key;
    const isDocument = kind === "incremental" || kind === "snapshot";
    if (!isDocument || !isRecordId(recordId)) {
      this.#own.set(nameOf(key), { key, data });
      return;
    }
    const opened = await this.#deps.records.open(recordId);
    if (!opened.ok) return;
    const open = opened.value;
    await open.inTurn(() => this.#bringIn(open, changesIn(data)));
  }

  async loadRange(prefix: StorageKey): Promise<Chunk[]> {
    return [...this.#ownIn(prefix), ...(await this.#loadRecord(prefix))];
  }

  async #loadRecord([recordId = "", kind]: StorageKey): Promise<Chunk[]> {
    const isWanted = kind === undefined || kind === "snapshot";
    if (!isWanted || !isRecordId(recordId)) return [];
    const opened = await this.#deps.records.openWithBytes(recordId);
    if (!opened.ok || !(await mayReadOpen(this.#deps, opened.value))) return [];
    const { state } = opened.value;
    const heads = state.index.heads();
    const data = documentOf(state.bytesBehind(heads));
    return [{ key: [recordId, "snapshot", heads.join("-")], data }];
  }

  remove(key: StorageKey): Promise<void> {
    this.#own.delete(nameOf(key));
    return Promise.resolve();
  }

  removeRange(prefix: StorageKey): Promise<void> {
    for (const { key } of this.#ownIn(prefix)) this.#own.delete(nameOf(key));
    return Promise.resolve();
  }

  #ownIn(prefix: StorageKey): readonly Chunk[] {
    return [...this.#own.values()].filter(({ key }) =>
      prefix.every((part, index) => key[index] === part),
    );
  }

  async #bringIn(
    open: OpenRecord,
    chunks: readonly Uint8Array[],
  ): Promise<void> {
    const { state } = open;
    for (const bytes of chunks) {
      const decoded = decodeChange(bytes, defaultChangeLimits);
      if (decoded.ok && state.change(decoded.value.hash) !== undefined)
        continue;
      const author = await authorOf(this.#deps, state.recordId);
      const brought =
        !author.ok || !decoded.ok
          ? refusalOf(author, decoded.ok)
          : await this.#commit(open, author.value, bytes, decoded.value);
      if (brought.ok || !decoded.ok) continue;
      const { hash } = decoded.value;
      this.#onRefused({
        recordId: state.recordId,
        hash,
        problem: brought.error,
      });
    }
  }

  async #commit(
    open: OpenRecord,
    author: SigningAuthor,
    bytes: Uint8Array,
    decoded: DecodedChange,
  ): Promise<Result<null, SaveProblem>> {
    const { state } = open;
    const { type, recordId } = state;
    const indexed = indexChange(type, state.index, decoded);
    // What builds on work that was refused meanwhile is said again by the log, as it is stored.
    const isOnRefused = state.refused.some(({ hash }) =>
      decoded.deps.includes(hash),
    );
    if (!indexed.ok && !isOnRefused) return indexed;
    const edits = interpretChange(type, decoded);
    if (!edits.ok) return edits;
    if (edits.value.some(isOfGroup))
      return err({
        code: "statement-structure",
        reason: "a group is signed in an edit session, not through a handle",
      });
    const problem = checkPlanned(type, edits.value, state.fold, author.roles);
    if (problem !== null) return err(problem);
    const change = {
      type,
      recordId,
      bytes,
      decoded,
      edits: edits.value,
      lane: mergeLane,
    };
    const committed = await commitPlan(this.#deps, author, [change]);
    await this.#deps.records.settle();
    return committed;
  }
}

function nameOf(key: StorageKey): string {
  return JSON.stringify(key);
}

/** One document chunk of these changes, which must be complete and in causal order. */
export function documentOf(changes: readonly Uint8Array[]): Uint8Array {
  const [doc] = applyChanges(init<unknown>(), [...changes]);
  try {
    return save(doc);
  } finally {
    // wasm memory is not the garbage collector's to count.
    free(doc);
  }
}

function isOfGroup({ kind }: Edit): boolean {
  return kind === "statement" || kind === "archive" || kind === "resolution";
}

function refusalOf(
  author: Result<SigningAuthor, SaveProblem>,
  isDecoded: boolean,
): Result<null, SaveProblem> {
  if (!isDecoded)
    return err({ code: "chunk-malformed", reason: "it cannot be read" });
  return author.ok ? ok(null) : author;
}

/** The single changes of what automerge-repo saves: chunks one after the other, or a whole document. */
function changesIn(data: Uint8Array): readonly Uint8Array[] {
  const chunks = splitChunks(data);
  if (!chunks.ok) throw new Error("automerge-repo saved a torn chunk");
  return chunks.value.flatMap((chunk) => {
    if (chunk[chunkTypeAt] !== documentChunk) return [chunk];
    const doc = load<unknown>(chunk);
    try {
      return getAllChanges(doc);
    } finally {
      free(doc);
    }
  });
}
