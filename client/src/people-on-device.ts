/**
 * Who is signed in on this device, and who of them uses it now. Tokens lie in the token store; a row of the log says who was the
 * last, and whether the device is locked. SPEC AP-13, AP-103.
 */
import {
  ok,
  type PersonId,
  type RecordTypes,
  type Result,
} from "@suture/schema";

import type { ClientOptions } from "./client-options.ts";
import { DeviceLock } from "./device-lock.ts";
import type { RequestError } from "./identity/identity-request.ts";
import { patientFetch } from "./identity/patient-fetch.ts";
import {
  signIn,
  type Credentials,
  type IdentityClientDeps,
  type SignedIn,
} from "./identity/sign-in.ts";
import { TokenRenewal } from "./identity/token-renewal.ts";
import {
  leaveDevice,
  type LeaveOptions,
  type WorkUnsynced,
} from "./leave-device.ts";
import type { CurrentPerson } from "./records/record-deps.ts";
import type { DeviceRow } from "./store/client-tables.ts";
import { changeDevice, readDevice } from "./store/device-row.ts";
import type { LocalLog } from "./store/local-log.ts";
import { isFull } from "./store/store-space.ts";
import type { SyncDriver } from "./sync/sync-engine.ts";

/** For a server that is asked while somebody stands in front of a locked device, which opens without it as well. */
const unlockPatienceMs = 6_000;

export interface PeopleDeps {
  readonly options: ClientOptions;
  readonly log: LocalLog;
  readonly types: RecordTypes;
  sync(): SyncDriver;
  /** Somebody else takes the device: `take` makes it so, once nothing of the one before is shown. */
  handOver(take: () => void): Promise<void>;
  onSignedIn(personIds: readonly PersonId[]): void;
}

export class PeopleOnDevice {
  readonly #deps: PeopleDeps;
  readonly renewal: TokenRenewal;
  readonly lock: DeviceLock;
  #current: CurrentPerson | null = null;
  /** Who uses the device in this tab, where that could not be stored; holds for as long as the row says what it said then. */
  #unstored: { readonly personId: PersonId; readonly over: DeviceRow } | null =
    null;

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
    const { options, log, sync } = deps;
    log.space.watch(() => {
      if (log.space.isFull || this.#unstored === null) return;
      // What fails is stored by the next who opens the device.
      void this.#storeUseLate(this.#unstored.personId).catch(() => undefined);
    });
    this.renewal = new TokenRenewal(options);
    const fetch = patientFetch(options, unlockPatienceMs);
    this.lock = new DeviceLock({
      ...{ ...options, log, options: options.lock },
      person: () => this.#current,
      isServerAnswering: () =>
        ["receiving", "up-to-date"].includes(sync().status.state),
      signIn: (login) => this.signIn(login, { ...options, fetch }),
      usePerson: (personId) => this.use(personId),
      leaveToNobody: () => this.#leaveToNobody(),
      readPersonsAnew: () => this.#readAnewEverywhere(),
    });
  }

  /** Null if nobody is signed in, or the device is locked. */
  get current(): CurrentPerson | null {
    return this.#current;
  }

  async signIn(
    input: Credentials & { readonly deviceName: string },
    deps: IdentityClientDeps = this.#deps.options,
  ): Promise<Result<SignedIn, RequestError>> {
    const signedIn = await signIn({ ...deps, ...input });
    if (!signedIn.ok) return signedIn;
    const { personId } = signedIn.value;
    this.renewal.session = signedIn.value;
    if ("password" in input) await this.lock.keepCheck(personId, input);
    await this.use(personId);
    return signedIn;
  }

  async use(personId: PersonId): Promise<boolean> {
    const { options, log, sync } = this.#deps;
    const grant = await options.tokens.loadGrant(personId);
    if (grant === undefined) return false;
    let isStored = true;
    try {
      await this.#storeUse(personId);
    } catch (cause) {
      if (!isFull(cause)) throw cause;
      isStored = false;
      // For this tab alone, and until it is loaded again.
      await this.lock.markClosed();
      this.#unstored = { personId, over: await log.read(readDevice) };
    }
    this.lock.begin();
    const before = this.#current?.personId;
    await this.readAnew();
    // After it is so here: of two who open it at once in two tabs, one at most stays.
    options.tellOpened?.(isStored);
    // Each person's rights, teams and tasks come over a connection of their own.
    if (before !== personId || sync().status.problem !== null) sync().restart();
    return true;
  }

  async leave(
    options: LeaveOptions,
  ): Promise<Result<void, RequestError | WorkUnsynced>> {
    if (this.#current === null) return ok(undefined);
    const { log, types, options: own } = this.#deps;
    const { spareNumbers } = own;
    const deps = { log, types, renewal: this.renewal, spareNumbers };
    const left = await leaveDevice(deps, this.#current.personId, options);
    if (left.ok) await this.#readAnewEverywhere();
    return left;
  }

  async readAnew(): Promise<void> {
    const { options, log } = this.#deps;
    const personIds = await options.tokens.listPersonIds();
    const row = await log.read(readDevice);
    const unstored = this.#unstoredOver(row);
    // Where each has to sign in, nobody is put in another's place.
    const next = options.lock === undefined ? personIds[0] : undefined;
    if (row.isLocked === true) this.lock.wasStored();
    const isClosed =
      this.lock.isClosedHere ||
      (unstored === undefined && row.isLocked === true);
    const last = unstored ?? row.personId;
    const current = isClosed
      ? undefined
      : (personIds.find((id) => id === last) ?? next);
    const grant = current && (await options.tokens.loadGrant(current));
    const person: CurrentPerson | null = grant
      ? { personId: grant.personId, deviceId: grant.deviceId }
      : null;
    const take = () => void (this.#current = person);
    if (person?.personId === this.#current?.personId) take();
    else await this.#deps.handOver(take);
    this.#deps.onSignedIn(personIds);
  }

  async #storeUse(personId: PersonId): Promise<void> {
    const { options, log } = this.#deps;
    const usedAtMs = options.clock.now();
    await log.write((tx) =>
      changeDevice(tx, ({ isLocked: _opened, ...row }) => ({
        ...row,
        personId,
        usedAtMs,
      })),
    );
    this.#unstored = null;
    await this.lock.unmark();
  }

  /** Once there is space: what held for this tab alone holds for all. */
  async #storeUseLate(personId: PersonId): Promise<void> {
    await this.#storeUse(personId);
    // Somebody locked it meanwhile, and that is stored next.
    if (this.lock.isClosedHere) return;
    this.#deps.options.tellOpened?.(true);
    await this.#readAnewEverywhere();
  }

  /** Of this tab, unless the row was changed since that could not be stored. */
  #unstoredOver(row: DeviceRow): PersonId | undefined {
    if (this.#unstored === null) return undefined;
    const { personId, over } = this.#unstored;
    if (row.personId === over.personId && row.isLocked === over.isLocked)
      return personId;
    this.#unstored = null;
    return undefined;
  }

  async #leaveToNobody(): Promise<void> {
    this.#unstored = null;
    const take = () => void (this.#current = null);
    // What could not be kept of theirs keeps the device open for nobody.
    if (this.#current !== null) await this.#deps.handOver(take).catch(take);
  }

  async #readAnewEverywhere(): Promise<void> {
    await this.readAnew();
    this.#deps.sync().restart();
  }
}
