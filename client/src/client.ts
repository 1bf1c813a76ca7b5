/**
 * The client, wired: one local log, the records over it, and a sync engine that moves changes. Everything that touches the
 * machine is given. Nothing below decides what is saved but the log. SPEC CL.
 */
import {
  createRecordTypes,
  sutureRecords,
  type ChangeHash,
  type Membership,
  type PersonId,
  type PresenceMessage,
  type RecordId,
  type RecordType,
  type Result,
} from "@suture/schema";

import type { ClientOptions } from "./client-options.ts";
import type { DeviceLock } from "./device-lock.ts";
import type { RequestError } from "./identity/identity-request.ts";
import type { Credentials, Session, SignedIn } from "./identity/sign-in.ts";
import type { LeaveOptions, WorkUnsynced } from "./leave-device.ts";
import { peopleHere, type PersonHere } from "./people-here.ts";
import { PeopleOnDevice } from "./people-on-device.ts";
import {
  foundOrganization,
  type Founded,
  type FoundingInput,
} from "./records/found-organization.ts";
import { Attachments } from "./records/attachments.ts";
import { countDoubted, type DoubtedWork } from "./records/doubted-work.ts";
import { KeptForms } from "./records/kept-forms.ts";
import { readableOf } from "./records/may-read.ts";
import { OpenRecords } from "./records/open-records.ts";
import type { CurrentPerson, RecordDeps } from "./records/record-deps.ts";
import type { RepoView } from "./records/repo-view.ts";
import { reexpressStranded } from "./records/reexpress-stranded.ts";
import { ReopenCounts } from "./records/reopen-counts.ts";
import { Repositories } from "./records/repositories.ts";
import type { Repository } from "./records/repository.ts";
import type { SaveProblem } from "./records/save-problem.ts";
import {
  dismissStranded,
  exportStranded,
  listStranded,
  type StrandedExport,
  type StrandedWork,
} from "./records/stranded-work.ts";
import {
  exportUnsynced,
  holdsUnacknowledged,
  listUnsynced,
  type UnsyncedChange,
  type UnsyncedExport,
} from "./records/unsynced-work.ts";
import { Reviews } from "./review/reviews.ts";
import { sendObstacleOf } from "./status/send-obstacle.ts";
import { SendState } from "./status/send-state.ts";
import { DamageReports } from "./store/damage-report.ts";
import type { LocalLog } from "./store/local-log.ts";
import type { StoreSpace } from "./store/store-space.ts";
import { startSyncDriver } from "./start-sync-driver.ts";
import { createSyncIdentity } from "./sync-identity.ts";
import { catchUp } from "./sync/catch-up.ts";
import { LastHeardKeeper } from "./sync/last-heard.ts";
import {
  SyncEngine,
  type LastHeard,
  type SyncDriver,
  type SyncStatus,
} from "./sync/sync-engine.ts";

export class Client {
  readonly #options: ClientOptions;
  readonly #log: LocalLog;
  readonly #records: OpenRecords;
  readonly #deps: RecordDeps;
  readonly #sync: SyncDriver;
  readonly #syncListeners = new Set<(status: SyncStatus) => void>();
  readonly #presenceListeners = new Set<(message: PresenceMessage) => void>();
  readonly #savedListeners = new Set<(ids: readonly RecordId[]) => void>();
  readonly #stopLocal: () => void;
  readonly #repositories: Repositories;
  readonly #people: PeopleOnDevice;
  readonly #lastHeard: LastHeardKeeper;

  readonly reviews: Reviews;
  readonly damage: DamageReports;
  /** What people have begun to write and not saved. */
  readonly forms: KeptForms;
  /** Pictures that records name. */
  readonly attachments: Attachments;
  /** How often people open again what they saved, only to look. */
  readonly reopens: ReopenCounts;

  constructor(
    options: ClientOptions,
    log: LocalLog,
    { lastAnswerAtMs = null, caughtUpAtMs = null }: Partial<LastHeard> = {},
  ) {
    const { clock, random } = options;
    const types = createRecordTypes(options.recordTypes ?? sutureRecords);
    this.#options = options;
    this.#log = log;
    this.#lastHeard = new LastHeardKeeper(log);
    this.damage = new DamageReports(log);
    this.#records = new OpenRecords(log, types);
    this.#deps = {
      log,
      types,
      records: this.#records,
      clock,
      random,
      sending: new SendState(),
      person: () => this.person,
      onSaved: (recordIds) => {
        this.#sync.push();
        for (const listener of [...this.#savedListeners]) listener(recordIds);
      },
    };
    this.#repositories = new Repositories(this.#deps);
    log.whenStranded(reexpressStranded(this.#deps));
    this.#records.narrowTo((states) => readableOf(this.#deps, states));
    this.reviews = new Reviews(this.#deps);
    this.forms = new KeptForms(this.#deps);
    const identity = createSyncIdentity({
      ...options,
      currentPersonId: () => this.person?.personId,
    });
    const { url, fetch } = options;
    this.attachments = new Attachments({ ...this.#deps, url, fetch, identity });
    this.reopens = new ReopenCounts(this.#deps);
    this.#stopLocal = this.#deps.sending.subscribe(() =>
      this.#records.tellAll(),
    );
    this.#sync = startSyncDriver(options, {
      log,
      types,
      identity,
      lastHeard: { lastAnswerAtMs, caughtUpAtMs },
      onStatus: (status) => this.#onSyncStatus(status),
      onPresence: (message) => {
        for (const listener of [...this.#presenceListeners]) listener(message);
      },
    });
    this.#people = new PeopleOnDevice({
      options,
      log,
      types,
      sync: () => this.#sync,
      handOver: (take) => this.#records.handOver(take),
      onSignedIn: (ids) => this.#deps.sending.setSignedIn(ids),
    });
  }

  // people

  /** Who uses the device now; null if nobody is signed in, or the device is locked. */
  get person(): CurrentPerson | null {
    return this.#people.current;
  }

  /** Keeps the device for those who are signed in on it, each behind their own password. */
  get lock(): DeviceLock {
    return this.#people.lock;
  }

  /** Where the person may do what, as last heard. */
  get memberships(): readonly Membership[] {
    return this.#log.facts.memberships.filter(
      ({ personId }) => personId === this.person?.personId,
    );
  }

  /** Everybody who is signed in on this device, with where they may do what: to choose who uses it. SPEC AP-13. */
  peopleHere(): Promise<readonly PersonHere[]> {
    return peopleHere({ ...this.#deps, ...this.#options });
  }

  /**
   * Signs a person in, by password or by what another service says (`beginExternalSignIn`), and makes them the one who uses the
   * device. Needs the server; what follows does not.
   */
  signIn(
    input: Credentials & { readonly deviceName: string },
  ): Promise<Result<SignedIn, RequestError>> {
    return this.#people.signIn(input);
  }

  /** Ends the person's session with the server, also one from before a restart. Sync goes on under the sync token. */
  async signOut(): Promise<void> {
    if (this.person !== null)
      await this.#people.renewal.signOut(this.person.personId);
  }

  /** Takes the person off this device. Errors: `work-unsynced` until they say `evenWithUnsynced`, and those of `session()`. */
  leaveDevice(
    options: LeaveOptions = {},
  ): Promise<Result<void, RequestError | WorkUnsynced>> {
    return this.#people.leave(options);
  }

  /** The person's session for requests over HTTP, renewed if need be; `session-ended` where they must sign in again. */
  session(): Promise<Result<Session, RequestError>> {
    return this.#people.renewal.liveSession(this.person?.personId);
  }

  /** Hands the device to somebody who is signed in on it; sync goes on as them. Answers whether they are. */
  usePerson(personId: PersonId): Promise<boolean> {
    return this.#people.use(personId);
  }

  /** Reads the token store again: after something else has written to it. */
  renewPersons(): Promise<void> {
    return this.#people.readAnew();
  }

  /** Founds an organization with its first team; the person becomes its first admin. Works offline. */
  foundOrganization(
    input: FoundingInput,
  ): Promise<Result<Founded, SaveProblem>> {
    return foundOrganization(this.#deps, input);
  }

  // records

  /** The records of one of the client's types, by one object each. Throws for another: that is a mistake in the app. */
  records<R extends RecordType>(type: R): Repository<R> {
    return this.#repositories.of(type);
  }

  get organizations() {
    return this.#repositories.named("organization");
  }

  get teams() {
    return this.#repositories.named("team");
  }

  get members() {
    return this.#repositories.named("member");
  }

  get profiles() {
    return this.#repositories.named("profile");
  }

  get patients() {
    return this.#repositories.named("patient");
  }

  get appointments() {
    return this.#repositories.named("appointment");
  }

  get equipment() {
    return this.#repositories.named("equipment");
  }

  get serviceJobs() {
    return this.#repositories.named("serviceJob");
  }

  /** automerge-repo's `Repo` over the same log, loaded when it is first wanted. Close it before the client. SPEC CL-17. */
  async openRepoView(): Promise<RepoView> {
    const { RepoView } = await import("./records/repo-view.ts");
    return new RepoView(this.#deps);
  }

  // work that is on this device only

  unsynced(): Promise<readonly UnsyncedChange[]> {
    return listUnsynced(this.#deps);
  }

  /** Whether the server may lack something that is here, also what colleagues wrote elsewhere: perhaps nobody else has it. SPEC AP-172. */
  holdsUnacknowledged(): Promise<boolean> {
    return holdsUnacknowledged(this.#deps);
  }

  /** How much, also of colleagues', a server that came back from an older copy may lack. SPEC AP-172. */
  doubted(): Promise<DoubtedWork> {
    return countDoubted(this.#deps);
  }

  /** A copy that can be written to a file and carried to a server. It holds clinical content. */
  exportUnsynced(): Promise<UnsyncedExport> {
    return exportUnsynced(this.#deps);
  }

  /** Work that was not accepted. It is kept until the device is wiped. */
  stranded(): Promise<readonly StrandedWork[]> {
    return listStranded(this.#deps);
  }

  /** A copy of it that can be written to a file. It holds clinical content. */
  exportStranded(): Promise<StrandedExport> {
    return exportStranded(this.#deps);
  }

  /** Takes a piece of stranded work out of its record's status. It stays in `stranded()`. */
  dismissStranded(recordId: RecordId, hash: ChangeHash): Promise<boolean> {
    return dismissStranded(this.#log, recordId, hash);
  }

  /** Whether this device has space for what is written. While it has none, `look()` from time to time finds out when it has. */
  get space(): Pick<StoreSpace, "isFull" | "watch" | "look"> {
    return this.#log.space;
  }

  // sync

  get syncStatus(): SyncStatus {
    return this.#sync.status;
  }

  /** Starts, or tries again at once where it was waiting: when the network is said to be back, or the app comes to the front. */
  startSync(): void {
    this.#sync.start();
  }

  /**
   * Starts, and resolves once everything the server had is here: what a device needs once, before it can be offline. Without
   * a network it waits; `watchSync` says why.
   */
  catchUp(): Promise<void> {
    return catchUp(this);
  }

  stopSync(): void {
    this.#sync.stop();
  }

  watchSync(listener: (status: SyncStatus) => void): () => void {
    this.#syncListeners.add(listener);
    return () => this.#syncListeners.delete(listener);
  }

  /** Colleagues' devices that come, go, or still hold work of their own. */
  watchPresence(listener: (message: PresenceMessage) => void): () => void {
    this.#presenceListeners.add(listener);
    return () => this.#presenceListeners.delete(listener);
  }

  /** Calls after anything on this device changed, who uses it, or whether work can be sent. */
  watch(listener: () => void): () => void {
    const stops = [
      this.#records.subscribe(listener),
      this.#deps.sending.subscribe(() => listener()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Calls after each save that was made through this client, with the records that it wrote to. */
  watchSaved(listener: (recordIds: readonly RecordId[]) => void): () => void {
    this.#savedListeners.add(listener);
    return () => this.#savedListeners.delete(listener);
  }

  /** Resolves once every open record shows what had been committed: from a page of the server's, say. Listeners have been called. */
  settle(): Promise<void> {
    return this.#records.settle();
  }

  /** Stops syncing and closes the store. What was saved is on it. */
  async close(): Promise<void> {
    this.#sync.stop();
    this.#stopLocal();
    this.lock.stop();
    this.#records.close();
    await this.#options.store.close();
  }

  #onSyncStatus(status: SyncStatus): void {
    // What syncs elsewhere renews its token there.
    if (this.#sync instanceof SyncEngine && status.state === "up-to-date") {
      if (this.person !== null)
        void this.#people.renewal.keepSyncToken(this.person.personId);
      this.#lastHeard.note(status);
    }
    this.#deps.sending.setObstacle(sendObstacleOf(status.problem?.code));
    for (const listener of [...this.#syncListeners]) listener(status);
  }
}
