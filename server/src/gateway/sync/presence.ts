/**
 * Tells colleagues which devices are here and what each still holds. Colleagues share a team; whoever is in no
 * team shares the organization's scope. What is told are counts, ages and record ids, never content. SPEC SY-4.
 */
import { encodeFrame, organizationScope, teamScope } from "@suture/schema";
import type {
  Clock,
  DeviceId,
  Manifest,
  Membership,
  PresenceMessage,
  RecordId,
  ScopeId,
  Store,
  Timer,
  Timers,
} from "@suture/schema";
import type { SystemLog } from "../../system-log.ts";
import type { Hub } from "./hub.ts";
import {
  isNothing,
  manifestsOf,
  manifestsTable,
  sameManifest,
  type ManifestRow,
} from "./manifests.ts";
import type { SyncSession } from "./session.ts";

export interface PresenceDeps {
  readonly store: Store;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SystemLog;
  readonly intervalMs: number;
}

interface Present {
  unsynced: Manifest;
  told: Manifest;
  timer: Timer | null;
}

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #present = new Map<SyncSession, Present>();
  #submitted: Promise<unknown> = Promise.resolve();

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** A device came: its colleagues hear of it, and it of them. */
  async arrive(session: SyncSession, unsynced: Manifest): Promise<void> {
    this.#present.set(session, { unsynced, told: unsynced, timer: null });
    this.#keep(session, unsynced, true);
    this.#tell(session, unsynced, true);
    for (const membership of session.access.memberships) {
      const { organizationId } = membership;
      const told = new Set<DeviceId>([session.deviceId]);
      for (const scopeId of sharedScopes(membership)) {
        const rows = await this.#deps.store.read(organizationId, (tx) =>
          manifestsOf(tx, scopeId),
        );
        for (const row of rows) {
          if (told.has(row.deviceId)) continue;
          told.add(row.deviceId);
          const isConnected = this.#deps.hub.ofDevice(row.deviceId).length > 0;
          session.send(describe(organizationId, row, isConnected));
        }
      }
    }
  }

  /** What is left after a push. Colleagues are told of a change at most once per interval. */
  update(session: SyncSession, unsynced: Manifest): void {
    const present = this.#present.get(session);
    if (present === undefined) return;
    present.unsynced = unsynced;
    present.timer ??= this.#deps.timers.after(this.#deps.intervalMs, () => {
      present.timer = null;
      if (sameManifest(present.told, present.unsynced)) return;
      present.told = present.unsynced;
      this.#keep(session, present.unsynced, true);
      this.#tell(session, present.unsynced, true);
    });
  }

  /** The socket is gone; what the device last said it holds stays known. */
  leave(session: SyncSession): void {
    const present = this.#present.get(session);
    if (present === undefined) return;
    this.#present.delete(session);
    present.timer?.cancel();
    // Another socket of the same device may have taken over already.
    if (this.#deps.hub.ofDevice(session.deviceId).length > 0) return;
    this.#keep(session, present.unsynced, false);
    this.#tell(session, present.unsynced, false);
  }

  /** Resolves once everything noted until now is durable, or was given up. */
  async flush(): Promise<void> {
    await this.#submitted;
  }

  #tell(session: SyncSession, unsynced: Manifest, isConnected: boolean): void {
    const seenAtMs = this.#deps.clock.now();
    const { deviceId } = session;
    for (const membership of session.access.memberships) {
      const { organizationId, memberId } = membership;
      const row = { deviceId, memberId, unsynced, seenAtMs };
      const frame = encodeFrame(describe(organizationId, row, isConnected));
      const told = new Set<SyncSession>([session]);
      for (const scopeId of sharedScopes(membership)) {
        for (const colleague of this.#deps.hub.ofScope(scopeId)) {
          if (told.has(colleague) || !sharesIn(colleague, scopeId)) continue;
          told.add(colleague);
          colleague.sendFrame(frame);
        }
      }
    }
  }

  #keep(session: SyncSession, unsynced: Manifest, isConnected: boolean): void {
    const { store, clock, log } = this.#deps;
    const { deviceId } = session;
    const seenAtMs = clock.now();
    for (const membership of session.access.memberships) {
      const { organizationId, memberId } = membership;
      const row = { deviceId, memberId, unsynced, seenAtMs };
      const write = store
        .write(organizationId, async (tx) => {
          for (const scopeId of sharedScopes(membership)) {
            if (isConnected || !isNothing(unsynced))
              await tx.put(manifestsTable, [scopeId, deviceId], row);
            else await tx.delete(manifestsTable, [scopeId, deviceId]);
          }
        })
        .catch((cause: unknown) => log.error("manifest.lost", {}, cause));
      this.#submitted = Promise.all([this.#submitted, write]);
    }
  }
}

function sharedScopes({
  organizationId,
  teamIds,
}: Membership): readonly ScopeId[] {
  return teamIds.length === 0
    ? [organizationScope(organizationId)]
    : teamIds.map(teamScope);
}

function sharesIn(colleague: SyncSession, scopeId: ScopeId): boolean {
  return colleague.access.memberships.some((membership) =>
    sharedScopes(membership).includes(scopeId),
  );
}

function describe(
  organizationId: RecordId,
  row: ManifestRow,
  isConnected: boolean,
): PresenceMessage {
  const { deviceId, memberId, unsynced, seenAtMs } = row;
  return {
    type: "presence",
    organizationId,
    deviceId,
    memberId,
    isConnected,
    unsynced,
    seenAtMs,
  };
}
