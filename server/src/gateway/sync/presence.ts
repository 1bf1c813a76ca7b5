/**
 * Tells colleagues which devices are here and what each still holds of whose. Colleagues share a team; whoever is in no team
 * shares the organization's scope. What is told are counts, ages and the ids of records that whoever is told may read; never
 * content. SPEC SY-4, EV-4, EV-6.
 */
import { encodeFrame } from "@suture/schema";
import type {
  Clock,
  DeviceId,
  HelloMessage,
  Manifest,
  PresenceMessage,
  RecordId,
  ScopeId,
  Store,
  Timer,
  Timers,
} from "@suture/schema";
import type { Identity } from "../../identity/identity.ts";
import type { SystemLog } from "../../system-log.ts";
import type { Hub } from "./hub.ts";
import {
  isNothing,
  keepReports,
  reportsIn,
  sameManifest,
  sharedScopes,
  type DeviceReport,
  type PersonHere,
} from "./manifests.ts";
import { nodeCompression } from "./node-compression.ts";
import type { SyncSession } from "./session.ts";

export interface PresenceDeps {
  readonly store: Store;
  readonly hub: Hub;
  readonly identity: Pick<Identity, "devices" | "invitations">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SystemLog;
  readonly intervalMs: number;
}

interface Present {
  readonly appVersion: string;
  readonly schemaVersion: number;
  manifest: Manifest;
  reportedAtMs: number;
  told: Manifest;
  timer: Timer | null;
}

type Greeting = Pick<HelloMessage, "appVersion" | "schemaVersion" | "unsynced">;

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #present = new Map<SyncSession, Present>();
  /** What is still to be written and told of each device, one after the other. */
  readonly #work = new Map<DeviceId, Promise<void>>();

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** A device came. Nobody hears of it yet. */
  arrive(session: SyncSession, greeting: Greeting): void {
    const { appVersion, schemaVersion, unsynced } = greeting;
    const present = {
      appVersion,
      schemaVersion,
      manifest: unsynced,
      reportedAtMs: this.#deps.clock.now(),
      told: unsynced,
      timer: null,
    };
    this.#present.set(session, present);
  }

  /** Its colleagues hear of a device that came, with what it holds by now, and it of them. */
  async introduce(session: SyncSession): Promise<void> {
    const present = this.#present.get(session);
    if (present === undefined) return;
    present.told = present.manifest;
    void this.#report(session, present, true);
    await this.#tellOfColleagues(session);
  }

  /** What is left after a push. Colleagues are told of a change at most once per interval. */
  update(session: SyncSession, manifest: Manifest): void {
    const { clock, timers, intervalMs } = this.#deps;
    const present = this.#present.get(session);
    if (present === undefined) return;
    present.manifest = manifest;
    present.reportedAtMs = clock.now();
    present.timer ??= timers.after(intervalMs, () => {
      present.timer = null;
      if (sameManifest(present.told, present.manifest)) return;
      present.told = present.manifest;
      void this.#report(session, present, true);
    });
  }

  /**
   * Rights are others than before: who shares no scope with the member any more hears that they are gone, and the member of
   * those with whom they share one now.
   */
  async refresh(
    session: SyncSession,
    before: SyncSession["access"],
  ): Promise<void> {
    const present = this.#present.get(session);
    if (present === undefined) return;
    const shared = new Set(scopesShared(session.access));
    for (const membership of before.memberships) {
      const { organizationId, memberId } = membership;
      const left = sharedScopes(organizationId, membership).filter(
        (scopeId) => !shared.has(scopeId),
      );
      this.#tellGone(session, { organizationId, memberId }, left, shared);
    }
    void this.#report(session, present, true);
    await this.#tellOfColleagues(session);
  }

  /** The socket is gone; what the device last said it holds stays known. */
  leave(session: SyncSession): void {
    const present = this.#present.get(session);
    if (present === undefined) return;
    this.#present.delete(session);
    present.timer?.cancel();
    // Another socket of the same device may have taken over already, and knows better.
    if (!this.#isHere(session.deviceId))
      void this.#report(session, present, false);
  }

  /** Resolves once everything noted until now is durable, or was given up. */
  async flush(): Promise<void> {
    await Promise.all(this.#work.values());
  }

  /** What is known of the devices of everyone they share a scope with. */
  async #tellOfColleagues(session: SyncSession): Promise<void> {
    const told = new Set<string>();
    for (const membership of session.access.memberships) {
      const { organizationId } = membership;
      for (const scopeId of sharedScopes(organizationId, membership)) {
        const reports = await this.#deps.store.read(organizationId, (tx) =>
          reportsIn(tx, organizationId, scopeId),
        );
        // What they may be told now, they are told once that is read.
        if (session.areRightsStale) return;
        for (const report of reports) {
          const { deviceId, personId } = report;
          const isConnected = this.#isHere(deviceId);
          const isOwn = deviceId === session.deviceId;
          const name = `${deviceId} ${personId}`;
          const isNews = isConnected || !isNothing(report.unsynced);
          if (isOwn || !isNews || told.has(name)) continue;
          told.add(name);
          session.send(describe(organizationId, report, isConnected, session));
        }
      }
    }
  }

  #isHere(deviceId: DeviceId): boolean {
    return this.#deps.hub.ofDevice(deviceId).length > 0;
  }

  /** Writes down what a device said and tells it, after what it said before. */
  #report(
    { deviceId, personId }: SyncSession,
    present: Present,
    isConnected: boolean,
  ): Promise<void> {
    const { clock, log } = this.#deps;
    const { appVersion, schemaVersion, manifest, reportedAtMs } = present;
    const contactAtMs = clock.now();
    const word = {
      deviceId,
      personId,
      manifest,
      appVersion,
      schemaVersion,
      reportedAtMs,
      contactAtMs,
      isConnected,
    };
    const before = this.#work.get(deviceId) ?? Promise.resolve();
    const work = before
      .then(async () => {
        for (const [organizationId, people] of await this.#peopleOn(deviceId)) {
          const news = await this.#deps.store.write(organizationId, (tx) =>
            keepReports(tx, organizationId, people, word),
          );
          for (const report of news)
            this.#tell(organizationId, report, isConnected);
        }
      })
      .catch((cause: unknown) => log.error("manifest.lost", {}, cause))
      .finally(() => {
        if (this.#work.get(deviceId) === work) this.#work.delete(deviceId);
      });
    this.#work.set(deviceId, work);
    return work;
  }

  /** By organization. A device's own list of people is not asked for: who is on it, and who they are, identity knows. */
  async #peopleOn(
    deviceId: DeviceId,
  ): Promise<ReadonlyMap<RecordId, readonly PersonHere[]>> {
    const { devices, invitations } = this.#deps.identity;
    const found = new Map<RecordId, PersonHere[]>();
    const device = await devices.find(deviceId);
    for (const personId of device?.personIds ?? []) {
      for (const {
        organizationId,
        memberId,
      } of await invitations.membersOfPerson(personId)) {
        const people = found.get(organizationId) ?? [];
        people.push({ personId, memberId });
        found.set(organizationId, people);
      }
    }
    return found;
  }

  #tell(
    organizationId: RecordId,
    report: DeviceReport,
    isConnected: boolean,
  ): void {
    const { deviceId, sharedIn } = report;
    // Encoded once for all who may read the same of its records.
    const frames = new Map<string, Uint8Array>();
    for (const colleague of this.#colleagues(deviceId, sharedIn)) {
      const word = describe(organizationId, report, isConnected, colleague);
      const read = word.unsynced.recordIds.join();
      const frame = frames.get(read) ?? encodeFrame(word, nodeCompression);
      frames.set(read, frame);
      colleague.sendFrame(frame);
    }
  }

  #tellGone(
    { deviceId }: SyncSession,
    member: { readonly organizationId: RecordId; readonly memberId: RecordId },
    left: readonly ScopeId[],
    shared: ReadonlySet<ScopeId>,
  ): void {
    const still = this.#colleagues(deviceId, [...shared]);
    for (const colleague of this.#colleagues(deviceId, left)) {
      if (still.has(colleague)) continue;
      colleague.send({
        type: "presence",
        ...member,
        deviceId,
        isConnected: false,
        unsynced: {
          countsByPriority: [0, 0, 0, 0],
          oldestAgeMs: null,
          recordIds: [],
        },
        seenAtMs: this.#deps.clock.now(),
      });
    }
  }

  /** Sessions on other devices of people who share one of the scopes. */
  #colleagues(
    deviceId: DeviceId,
    scopeIds: readonly ScopeId[],
  ): ReadonlySet<SyncSession> {
    const found = new Set<SyncSession>();
    for (const scopeId of scopeIds)
      for (const colleague of this.#deps.hub.ofScope(scopeId))
        if (
          colleague.deviceId !== deviceId &&
          !colleague.areRightsStale &&
          scopesShared(colleague.access).includes(scopeId)
        )
          found.add(colleague);
    return found;
  }
}

function scopesShared({
  memberships,
}: SyncSession["access"]): readonly ScopeId[] {
  return memberships.flatMap((membership) =>
    sharedScopes(membership.organizationId, membership),
  );
}

/** Of the records, those that whoever is told may read. */
function describe(
  organizationId: RecordId,
  report: DeviceReport,
  isConnected: boolean,
  { access }: SyncSession,
): PresenceMessage {
  const { deviceId, memberId, unsynced, records, contactAtMs } = report;
  const recordIds = records
    .filter(
      ({ scopeId, recordType }) =>
        access.scopes.get(scopeId)?.mayRead(recordType) === true,
    )
    .map(({ recordId }) => recordId);
  return {
    type: "presence",
    organizationId,
    deviceId,
    memberId,
    isConnected,
    unsynced: { ...unsynced, recordIds },
    seenAtMs: contactAtMs,
  };
}
