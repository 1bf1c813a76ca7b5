/**
 * automerge-repo's `Repo` as a view on the local log, for its `DocHandle`s and the ecosystem's hooks. SPEC CL-17, CL-18.
 *
 * What is committed to the log appears in the handles; what is written to a handle's merging fields enters the log once
 * automerge-repo saves it (`repo.flush()`), as this person's pending work. Groups are opaque there and cannot be written.
 * It has no network: the log syncs. Never call `repo.delete` or `removeFromCache`: a record is not deleted.
 */
import { applyChanges, clone, getHeads, load } from "@automerge/automerge";
import {
  isValidAutomergeUrl,
  Repo,
  type DocHandle,
} from "@automerge/automerge-repo";
import { err, ok, type RecordId, type Result } from "@suture/schema";

import {
  documentOf,
  LogStorageAdapter,
  type RefusedWrite,
} from "./log-storage-adapter.ts";
import { mayReadOpen } from "./may-read.ts";
import type { RecordDeps } from "./record-deps.ts";
import type { RecordProblem, RecordState } from "./record-state.ts";

/** A record's document as automerge-repo sees it. Read groups with `readGroupOf`. */
export type RecordDocument = Readonly<Record<string, unknown>>;

export class RepoView {
  readonly repo: Repo;
  /** What `repo` reads and writes. */
  readonly storage: LogStorageAdapter;
  readonly #deps: RecordDeps;
  readonly #handles = new Map<RecordId, DocHandle<RecordDocument>>();
  readonly #refusedListeners = new Set<(refused: RefusedWrite) => void>();
  readonly #stop: () => void;
  readonly #stopRights: () => void;

  constructor(deps: RecordDeps) {
    this.#deps = deps;
    this.storage = new LogStorageAdapter(deps, (refused) => {
      this.#showLater(refused.recordId, "write-refused");
      for (const listener of [...this.#refusedListeners]) listener(refused);
    });
    this.repo = new Repo({ storage: this.storage, network: [] });
    this.#stop = deps.log.subscribe(({ recordIds, isReset }) => {
      for (const recordId of recordIds)
        if (this.#handles.has(recordId))
          this.#showLater(recordId, isReset ? "reset" : "changed");
    });
    this.#stopRights = deps.records.watchRights({
      beforeHandOver: () => this.repo.flush(),
      onChange: () => {
        for (const recordId of this.#handles.keys())
          this.#showLater(recordId, "reset");
      },
    });
  }

  /** The handle of a record, kept up to date from now on. */
  async find(
    recordId: RecordId,
  ): Promise<Result<DocHandle<RecordDocument>, RecordProblem>> {
    const opened = await this.#deps.records.open(recordId);
    if (!opened.ok) return opened;
    if (!(await mayReadOpen(this.#deps, opened.value)))
      return err({ code: "record-unknown" });
    const known = this.#handles.get(recordId);
    if (known !== undefined) return ok(known);
    const url = `automerge:${recordId}`;
    if (!isValidAutomergeUrl(url)) return err({ code: "record-unknown" });
    const handle = await this.repo.find<RecordDocument>(url);
    this.#handles.set(recordId, handle);
    await this.#show(recordId, "changed");
    return ok(handle);
  }

  /** Hears of writes through handles that may not enter the log. The handle's document has been, or is being, rebuilt. */
  onRefused(listener: (refused: RefusedWrite) => void): () => void {
    this.#refusedListeners.add(listener);
    return () => this.#refusedListeners.delete(listener);
  }

  /** Saves what is in the handles, and stops. */
  async close(): Promise<void> {
    await this.repo.flush();
    this.#stop();
    this.#stopRights();
    await this.repo.shutdown();
  }

  #showLater(recordId: RecordId, why: ShowReason): void {
    // A store that fails here fails whoever opens the record next, too.
    this.#show(recordId, why).catch(() => undefined);
  }

  async #show(recordId: RecordId, why: ShowReason): Promise<void> {
    const handle = this.#handles.get(recordId);
    const opened = await this.#deps.records.openWithBytes(recordId);
    if (handle === undefined) return;
    // It has left the device, and what the handle shows must not stay.
    if (!opened.ok) return goTo(handle, []);
    const { state, shown, isReadable } = opened.value;
    // In the hands of somebody who may not read it.
    if (!isReadable)
      return goTo(handle, shown.bytesBehind(shown.index.heads()));
    const hasOthers = () =>
      getHeads(handle.doc()).some((head) => !isHeld(state, head));
    // Heads the log does not hold are either not saved yet, or were refused: only the second is a reason to go back, and what
    // was written since is saved first. What builds on a refused change is said again by the log.
    if (why !== "write-refused" && hasOthers()) {
      await this.repo.flush([handle.documentId]);
      await this.#deps.records.settle();
    }
    const mustGoBack =
      why !== "changed" || (hasOthers() && state.refused.length > 0);
    if (mustGoBack) goTo(handle, state.bytesBehind(state.index.heads()));
    else
      handle.update((doc) => {
        const [next] = applyChanges(doc, [
          ...state.bytesBehind(state.index.heads()),
        ]);
        return next;
      });
  }
}

type ShowReason = "changed" | "reset" | "write-refused";

/** automerge-repo emits no `change` when the heads go back, so we do. */
function goTo(
  handle: DocHandle<RecordDocument>,
  changes: readonly Uint8Array[],
): void {
  const before = clone(handle.doc());
  const bytes = documentOf(changes);
  handle.update(() => load<RecordDocument>(bytes));
  const after = handle.doc();
  handle.emit("change", {
    handle,
    doc: after,
    patches: [],
    patchInfo: { before, after, source: "change" },
  });
}

function isHeld(state: RecordState, head: string): boolean {
  return state.changes.some(({ row }) => row.hash === head);
}
