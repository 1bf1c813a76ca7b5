/**
 * Devices as an organization's admin sees them: those its members are on, and ending their use of one.
 *
 * A device may carry people of several organizations. Revoked by one of them, it is closed to that organization's members, for
 * good, and everybody else on it goes on; with nobody left it is revoked altogether. A member's sync token is one, so whoever
 * also belongs to another organization loses the device there too, and can sign in on another. A device that no member is on
 * answers `device-unknown`, like one that does not exist: it is not this organization's business. Nor is what somebody does who has
 * left it; who still is a member, whoever calls says, for rights are not kept here. SPEC ID-23, ID-24.
 */
import { err, identityError, ok, recordIdSchema } from "@suture/schema";
import type {
  Clock,
  DeviceId,
  IdentityError,
  PersonId,
  ReadTransaction,
  RecordId,
  Result,
  Store,
} from "@suture/schema";
import { isClosedTo } from "./closed-device.ts";
import {
  devicesOfPersonTable,
  devicesTable,
  identityPartition,
  membersOfPersonTable,
  personMembersTable,
} from "./identity-tables.ts";
import type { DeviceRow } from "./identity-tables.ts";
import { oweEvent } from "./owe-event.ts";
import type { Revocation, Revocations } from "./revocations.ts";
import { takeOffIn } from "./take-off-device.ts";

export interface OrganizationDevice {
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly registeredAtMs: number;
  readonly revokedAtMs: number | undefined;
  /** This organization's members on it, and nobody else. */
  readonly members: readonly {
    readonly memberId: RecordId;
    readonly personId: PersonId;
  }[];
}

/** One device, and the admin who does something to it. */
export interface AdminsDevice {
  readonly organizationId: RecordId;
  readonly deviceId: DeviceId;
  /** The admin; whoever calls has checked that they may. */
  readonly byMemberId: RecordId;
  /** The organization's members as they count now. */
  readonly memberIds: ReadonlySet<RecordId>;
}

export interface OrganizationDevices {
  /** Those that a member is on, revoked ones too, in the order they were registered. */
  list(
    organizationId: RecordId,
    memberIds: ReadonlySet<RecordId>,
  ): Promise<readonly OrganizationDevice[]>;
  /** For all its members, at once and for good. Repeating it changes nothing. Errors: `device-unknown`. */
  revoke(ending: AdminsDevice): Promise<Result<void, IdentityError>>;
  /** One member, who may sign in on it again. Errors: `device-unknown`, also when the member is not on it. */
  takeOff(
    ending: AdminsDevice & { readonly memberId: RecordId },
  ): Promise<Result<void, IdentityError>>;
  /** Errors: `device-unknown`, also for one that no member is on or that was revoked. */
  rename(
    device: AdminsDevice,
    name: string,
  ): Promise<Result<void, IdentityError>>;
  /** To be called when a person has become a member: takes them off the devices that are closed to them now. */
  takeOffClosed(personId: PersonId): Promise<void>;
}

export function createOrganizationDevices(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly revocations: Revocations;
}): OrganizationDevices {
  const { store, clock, revocations } = deps;

  function announced(
    ended: Result<readonly Revocation[], IdentityError>,
  ): Result<void, IdentityError> {
    if (!ended.ok) return ended;
    for (const revocation of ended.value) revocations.announce(revocation);
    return ok(undefined);
  }

  const removalOf = ({
    organizationId,
    deviceId,
    byMemberId,
  }: AdminsDevice) => ({
    deviceId,
    atMs: clock.now(),
    by: { organizationId, memberId: byMemberId },
  });

  return {
    list: (organizationId, memberIds) =>
      store.read(identityPartition, async (tx) => {
        const found = new Map<DeviceId, OrganizationDevice>();
        const members = await tx.scan(personMembersTable, {
          prefix: [organizationId],
        });
        for (const { key, value } of members) {
          const { personId } = value;
          const memberId = recordIdSchema.parse(key[1]);
          if (!memberIds.has(memberId)) continue;
          for (const { value: on } of await tx.scan(devicesOfPersonTable, {
            prefix: [personId],
          })) {
            const { deviceId } = on;
            const row = await tx.get(devicesTable, [deviceId]);
            if (!row) continue;
            const { name, registeredAtMs, revokedAtMs } = row;
            found.set(deviceId, {
              deviceId,
              name,
              registeredAtMs,
              revokedAtMs,
              members: [
                ...(found.get(deviceId)?.members ?? []),
                { memberId, personId },
              ],
            });
          }
        }
        return [...found.values()].toSorted(
          (left, right) => left.registeredAtMs - right.registeredAtMs,
        );
      }),

    async revoke(ending) {
      const { organizationId, deviceId } = ending;
      return announced(
        await store.write(identityPartition, async (tx) => {
          const row = await tx.get(devicesTable, [deviceId]);
          if (!row) return err(identityError("device-unknown"));
          const { closedTo = [] } = row;
          if (closedTo.includes(organizationId)) return ok([]);
          const ours = await membersOn(tx, row, ending);
          if (ours.length === 0) return err(identityError("device-unknown"));
          await tx.put(devicesTable, [deviceId], {
            ...row,
            closedTo: [...closedTo, organizationId],
          });
          await oweEvent(
            tx,
            { organizationId, atMs: clock.now() },
            {
              event: "device-closed",
              deviceId,
              byMemberId: ending.byMemberId,
            },
          );
          const revocations: Revocation[] = [];
          for (const personId of ours) {
            const left = await takeOffIn(tx, personId, removalOf(ending));
            if (left.ok) revocations.push(left.value);
          }
          return ok(revocations);
        }),
      );
    },

    async takeOff(ending) {
      const { organizationId, memberId, memberIds } = ending;
      return announced(
        await store.write(identityPartition, async (tx) => {
          const link = await tx.get(personMembersTable, [
            organizationId,
            memberId,
          ]);
          if (!link || !memberIds.has(memberId))
            return err(identityError("device-unknown"));
          const left = await takeOffIn(tx, link.personId, removalOf(ending));
          return left.ok ? ok([left.value]) : left;
        }),
      );
    },

    rename: (device, name) =>
      store.write(identityPartition, async (tx) => {
        const { organizationId, deviceId, byMemberId } = device;
        const row = await tx.get(devicesTable, [deviceId]);
        const unknown = err(identityError("device-unknown"));
        if (!row || row.revokedAtMs !== undefined) return unknown;
        if ((await membersOn(tx, row, device)).length === 0) return unknown;
        if (name === row.name) return ok(undefined);
        await tx.put(devicesTable, [deviceId], { ...row, name });
        await oweEvent(
          tx,
          { organizationId, atMs: clock.now() },
          { event: "device-renamed", memberId: byMemberId, deviceId },
        );
        return ok(undefined);
      }),

    async takeOffClosed(personId) {
      const atMs = clock.now();
      announced(
        await store.write(identityPartition, async (tx) => {
          const left: Revocation[] = [];
          for (const { value } of await tx.scan(devicesOfPersonTable, {
            prefix: [personId],
          })) {
            const { deviceId } = value;
            const row = await tx.get(devicesTable, [deviceId]);
            if (!row || !(await isClosedTo(tx, personId, row))) continue;
            const taken = await takeOffIn(tx, personId, { deviceId, atMs });
            if (taken.ok) left.push(taken.value);
          }
          return ok(left);
        }),
      );
    },
  };
}

async function membersOn(
  tx: ReadTransaction,
  { personIds }: DeviceRow,
  { organizationId, memberIds }: AdminsDevice,
): Promise<readonly PersonId[]> {
  const found: PersonId[] = [];
  for (const personId of personIds) {
    const links = await tx.scan(membersOfPersonTable, {
      prefix: [personId, organizationId],
    });
    if (links.some(({ value }) => memberIds.has(value.memberId)))
      found.push(personId);
  }
  return found;
}
