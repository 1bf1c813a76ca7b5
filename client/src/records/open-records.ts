/**
 * The records in use, each folded once and kept up to date after every commit. The least recently used leave first.
 *
 * What somebody still holds shows only what whoever uses the device may read: judged anew when it changes hands, when rights
 * change, and when a record moves. SPEC SW-10.
 */
import type {
  ActorId,
  DeviceId,
  RecordId,
  RecordTypes,
  Result,
} from "@suture/schema";
import { ok } from "@suture/schema";

import type { LocalLog } from "../store/local-log.ts";
import type { LogEvent } from "../store/log-events.ts";
import {
  loadRecordState,
  RecordState,
  type RecordProblem,
} from "./record-state.ts";
import type { WritePacks } from "./unpacked-changes.ts";

/** An actor is one member's on one device: whoever takes over a shared tablet writes under others. SPEC CL-19. */
interface OwnActors extends ActorOwner {
  readonly actors: readonly ActorId[];
}

interface ActorOwner {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
}

/** A record in use, as the rows tell it. */
export class OpenRecord {
  readonly state: RecordState;
  /** Called after what the record shows may have changed. */
  readonly listeners = new Set<() => void>();
  /** Set while the last write of this record failed: it is not on the disk. */
  hasFailedSave = false;
  /** Whether whoever uses the device may read it. */
  isReadable = true;
  /** Could not be brought up to date: it shows nothing any more, and opening it anew says why. */
  isLost = false;
  #actors: OwnActors | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  readonly #nothing: RecordState;

  constructor(state: RecordState) {
    this.state = state;
    this.#nothing = new RecordState(state.recordId, state.type);
  }

  /** The record; one without a change where it may not be read, or not what is true. */
  get shown(): RecordState {
    return this.isReadable && !this.isLost ? this.state : this.#nothing;
  }

  /** Actors that this author drew since the device started, free to go on where their last change was seen. */
  actorsOf({ memberId, deviceId }: ActorOwner): readonly ActorId[] {
    return this.#actors?.memberId === memberId &&
      this.#actors.deviceId === deviceId
      ? this.#actors.actors
      : [];
  }

  keepActors(
    { memberId, deviceId }: ActorOwner,
    actors: readonly ActorId[],
  ): void {
    this.#actors = { memberId, deviceId, actors };
  }

  dropActors(): void {
    this.#actors = null;
  }

  /** One save at a time: two composed side by side would give one actor two histories. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

const maxIdleRecords = 200;

/** Gives back those of the records that whoever uses the device may read. */
export type FindReadable = (
  states: readonly RecordState[],
) => Promise<ReadonlySet<RecordState>>;

/** Whoever shows records in another way than by an `OpenRecord`. */
export interface RightsListener {
  /** Somebody else is about to take the device: what was written so far is still its author's. */
  beforeHandOver?(): Promise<void>;
  /** Other records may be read than before. */
  onChange(): void;
}

export class OpenRecords {
  readonly #log: LocalLog;
  readonly #types: RecordTypes;
  readonly #openById = new Map<
    RecordId,
    Promise<Result<OpenRecord, RecordProblem>>
  >();
  /** Left the cache, but somebody may still hold them: they must not show what is no longer true. */
  readonly #droppedById = new Map<RecordId, WeakRef<OpenRecord>>();
  readonly #refreshById = new Map<RecordId, Promise<void>>();
  readonly #stop: () => void;
  readonly #rightsListeners = new Set<RightsListener>();
  #findReadable: FindReadable | undefined;
  #judging: Promise<void> = Promise.resolve();
  #handOverCount = 0;

  constructor(log: LocalLog, types: RecordTypes) {
    this.#log = log;
    this.#types = types;
    this.#stop = log.subscribe((event) => {
      const { recordIds, hasNewFacts } = event;
      for (const recordId of recordIds) this.#refreshLater(recordId, event);
      if (hasNewFacts) {
        this.tellAll();
        this.#judgeLater();
      }
    });
  }

  /** Who may read what. Until it is given, whoever opens a record may read it. */
  narrowTo(findReadable: FindReadable): void {
    this.#findReadable = findReadable;
  }

  /** Gives back how to stop. */
  watchRights(listener: RightsListener): () => void {
    this.#rightsListeners.add(listener);
    return () => this.#rightsListeners.delete(listener);
  }

  /** Calls after anything on this device changed, or who may read it. Gives back how to stop. */
  subscribe(listener: () => void): () => void {
    const stops = [
      this.#log.subscribe(() => listener()),
      this.watchRights({ onChange: listener }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Gives the device to somebody else: from then on nothing shows before it is known what they may read. */
  async handOver(give: () => void): Promise<void> {
    for (const listener of [...this.#rightsListeners])
      await listener.beforeHandOver?.();
    const held = await this.#allHeld();
    for (const open of held) open.isReadable = false;
    this.#handOverCount += 1;
    give();
    this.#judgeLater();
    await this.#judging;
    for (const open of held) open.tell();
    this.#tellRights();
  }

  close(): void {
    this.#stop();
    this.#openById.clear();
  }

  async open(recordId: RecordId): Promise<Result<OpenRecord, RecordProblem>> {
    await this.#refreshById.get(recordId)?.catch(() => undefined);
    const opening = this.#held(recordId) ?? this.#load(recordId);
    // Last in the map is most recently used.
    this.#openById.delete(recordId);
    this.#openById.set(recordId, opening);
    // What fails is opened anew next time: the store may work again.
    let isOpen = false;
    try {
      const opened = await opening;
      isOpen = opened.ok;
      if (isOpen) await this.#dropIdle();
      return opened;
    } finally {
      if (!isOpen) this.#forget(recordId);
    }
  }

  /** As `open`; the record has the chunks of its changes from then on. */
  async openWithBytes(
    recordId: RecordId,
  ): Promise<Result<OpenRecord, RecordProblem>> {
    const opened = await this.open(recordId);
    if (!opened.ok) return opened;
    const { state } = opened.value;
    const loaded = await this.#log.read((tx) => state.loadBytes(tx));
    if (loaded.ok) return opened;
    this.#forget(recordId);
    return loaded;
  }

  /** Resolves once what was committed before is in the open records. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#refreshById.values());
    await this.#judging;
  }

  /** What is shown may have changed though no row did: rights, review tasks, whether work can be sent. */
  tellAll(): void {
    for (const opening of this.#openById.values())
      void opening.then(
        (opened) => opened.ok && opened.value.tell(),
        // Whoever opened it has been told.
        () => undefined,
      );
    for (const dropped of this.#droppedById.values()) dropped.deref()?.tell();
  }

  #held(
    recordId: RecordId,
  ): Promise<Result<OpenRecord, RecordProblem>> | undefined {
    const opening = this.#openById.get(recordId);
    if (opening !== undefined) return opening;
    const dropped = this.#droppedById.get(recordId)?.deref();
    return dropped && Promise.resolve(ok(dropped));
  }

  #forget(recordId: RecordId): void {
    this.#openById.delete(recordId);
    this.#droppedById.delete(recordId);
  }

  async #load(recordId: RecordId): Promise<Result<OpenRecord, RecordProblem>> {
    const state = await this.#log.read((tx) =>
      loadRecordState(tx, this.#types, recordId),
    );
    if (!state.ok) return state;
    this.#later((write) => state.value.packShown(write));
    return ok(new OpenRecord(state.value));
  }

  /** Behind whatever waits to be written: it is for the next time the record is opened. */
  #later(pack: (write: WritePacks) => Promise<void>): void {
    // What fails here is read from its chunks, which says then what is wrong.
    pack((work) => this.#log.write(work)).catch(() => undefined);
  }

  #refreshLater(recordId: RecordId, event: LogEvent): void {
    const opening = this.#held(recordId);
    if (opening === undefined) return;
    const before = this.#refreshById.get(recordId);
    const refreshing = (async () => {
      await before?.catch(() => undefined);
      await this.#refresh(recordId, await opening, event);
    })();
    this.#refreshById.set(recordId, refreshing);
    const isOver = () => {
      if (this.#refreshById.get(recordId) === refreshing)
        this.#refreshById.delete(recordId);
    };
    // A store that fails here fails whoever opens the record next, too.
    refreshing.then(isOver, isOver);
  }

  async #refresh(
    recordId: RecordId,
    opened: Result<OpenRecord, RecordProblem>,
    { changed, isReset }: LogEvent,
  ): Promise<void> {
    if (!opened.ok) return;
    const { state } = opened.value;
    const parentId = state.fold.parentId();
    if (isReset) state.reset();
    let isUpToDate = false;
    try {
      isUpToDate = (await this.#log.read((tx) => state.refresh(tx, changed)))
        .ok;
    } finally {
      // What cannot be read any more is opened anew next time, and says then what is wrong.
      if (!isUpToDate) {
        this.#forget(recordId);
        opened.value.isLost = true;
        opened.value.tell();
      }
    }
    if (!isUpToDate) return;
    if (state.fold.parentId() !== parentId) this.#judgeLater();
    this.#later((write) => state.pack(write));
    opened.value.tell();
  }

  /** One round after the other; a store that fails here leaves what was judged before, and fails the next who reads. */
  #judgeLater(): void {
    this.#judging = this.#judging
      .then(() => this.#judge())
      .catch(() => undefined);
  }

  async #judge(): Promise<void> {
    if (this.#findReadable === undefined) return;
    const handOverCount = this.#handOverCount;
    const held = await this.#allHeld();
    const readable = await this.#findReadable(held.map(({ state }) => state));
    // Judged for whoever had it before; the next round is for who has it now.
    if (handOverCount !== this.#handOverCount) return;
    const changed = held.filter(
      ({ state, isReadable }) => readable.has(state) !== isReadable,
    );
    for (const open of changed) {
      open.isReadable = !open.isReadable;
      open.tell();
    }
    if (changed.length > 0) this.#tellRights();
  }

  #tellRights(): void {
    for (const { onChange } of [...this.#rightsListeners]) onChange();
  }

  async #allHeld(): Promise<readonly OpenRecord[]> {
    const opened = await Promise.allSettled(this.#openById.values());
    const inUse = opened.flatMap((opening) =>
      opening.status === "fulfilled" && opening.value.ok
        ? [opening.value.value]
        : [],
    );
    const dropped = [...this.#droppedById.values()].flatMap((held) => {
      const open = held.deref();
      return open === undefined ? [] : [open];
    });
    return [...new Set([...inUse, ...dropped])];
  }

  async #dropIdle(): Promise<void> {
    if (this.#openById.size <= maxIdleRecords) return;
    for (const [recordId, opening] of [...this.#openById]) {
      if (this.#openById.size <= maxIdleRecords) return;
      const opened = await opening;
      const isInUse =
        opened.ok &&
        (opened.value.listeners.size > 0 || opened.value.hasFailedSave);
      if (isInUse) continue;
      this.#openById.delete(recordId);
      if (opened.ok) this.#droppedById.set(recordId, new WeakRef(opened.value));
    }
  }
}
