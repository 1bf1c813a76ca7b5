/**
 * Devices: phones, tablets and computers, each one key. A ward tablet is one device with several people on it.
 *
 * The same key registered again is the same device, so a registration whose answer was lost can be repeated. A device that
 * was revoked stays revoked, with its key: whoever has it in hands makes a new key and is a new device. SPEC ID-15.
 *
 * A person may take themselves off a device. That revokes the whole device only when they are the last one on it: nobody
 * can cut off a ward by signing in on its tablet. A lost shared tablet is revoked by an admin: `organization-devices.ts`.
 */
import {
  deviceIdSchema,
  err,
  identityError,
  ok,
  randomUuid,
} from "@suture/schema";
import type {
  Clock,
  DeviceId,
  IdentityError,
  PersonId,
  Random,
  ReadTransaction,
  Result,
  Store,
} from "@suture/schema";
import { isClosedTo } from "./closed-device.ts";
import {
  devicesByKeyTable,
  devicesOfPersonTable,
  devicesTable,
  identityPartition,
} from "./identity-tables.ts";
import type { DeviceRow } from "./identity-tables.ts";
import { oweEventOfPerson } from "./owe-event.ts";
import type { PublicKey } from "./public-key.ts";
import type { Revocation, Revocations } from "./revocations.ts";
import { revokeDeviceIn, takeOffIn } from "./take-off-device.ts";

export interface Device {
  readonly deviceId: DeviceId;
  /** Given by a person, for people. */
  readonly name: string;
  readonly personIds: readonly PersonId[];
  readonly registeredAtMs: number;
  readonly revokedAtMs: number | undefined;
}

export interface Registration {
  readonly personId: PersonId;
  readonly publicKey: PublicKey;
  /** RFC 7638 thumbprint of `publicKey`, proved to be held by whoever registers. */
  readonly jkt: string;
  readonly name: string;
}

export interface Devices {
  /** Adds the person when the key is known; its name stays. Errors: `device-revoked`. */
  register(
    registration: Registration,
  ): Promise<Result<DeviceId, IdentityError>>;
  find(deviceId: DeviceId): Promise<Device | undefined>;
  /** Those the person is on, revoked ones too, in the order they were registered. */
  listOfPerson(personId: PersonId): Promise<readonly Device[]>;
  /** By a person who is on it. Errors: `device-unknown`, `device-revoked`. */
  rename(
    personId: PersonId,
    deviceId: DeviceId,
    name: string,
  ): Promise<Result<Device, IdentityError>>;
  /** The person's own tokens on the device; the device too if nobody else is on it. Errors: `device-unknown`. */
  leave(
    personId: PersonId,
    deviceId: DeviceId,
  ): Promise<Result<void, IdentityError>>;
  /** For everyone on it, at once and for good. Whoever calls has checked that they may. Errors: `device-unknown`. */
  revoke(deviceId: DeviceId): Promise<Result<void, IdentityError>>;
  /** Takes a person off all devices, as `leave` does. */
  leaveAll(personId: PersonId): Promise<void>;
}

export function createDevices(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly revocations: Revocations;
}): Devices {
  const { store, clock, random, revocations } = deps;

  function announced(
    revocation: Result<Revocation, IdentityError>,
  ): Result<void, IdentityError> {
    if (!revocation.ok) return revocation;
    revocations.announce(revocation.value);
    return ok(undefined);
  }

  async function devicesIn(
    tx: ReadTransaction,
    personId: PersonId,
  ): Promise<readonly Device[]> {
    const devices: Device[] = [];
    for (const { value } of await tx.scan(devicesOfPersonTable, {
      prefix: [personId],
    })) {
      const row = await tx.get(devicesTable, [value.deviceId]);
      if (row) devices.push(deviceOf(value.deviceId, row));
    }
    return devices.toSorted(
      (left, right) => left.registeredAtMs - right.registeredAtMs,
    );
  }

  return {
    async register({ personId, publicKey, jkt, name }) {
      const freshId = deviceIdSchema.parse(randomUuid(random));
      return store.write(identityPartition, async (tx) => {
        const deviceId =
          (await tx.get(devicesByKeyTable, [jkt]))?.deviceId ?? freshId;
        const known = await tx.get(devicesTable, [deviceId]);
        const isEnded =
          known?.revokedAtMs !== undefined ||
          (known && (await isClosedTo(tx, personId, known)));
        if (isEnded) return err(identityError("device-revoked"));
        const row: DeviceRow = known ?? {
          name,
          publicKey,
          jkt,
          personIds: [],
          registeredAtMs: clock.now(),
        };
        const personIds = [
          ...row.personIds.filter((other) => other !== personId),
          personId,
        ];
        await tx.put(devicesTable, [deviceId], { ...row, personIds });
        await tx.put(devicesByKeyTable, [jkt], { deviceId });
        await tx.put(devicesOfPersonTable, [personId, deviceId], { deviceId });
        // Once only: a registration whose answer was lost may be repeated.
        if (!row.personIds.includes(personId))
          await oweEventOfPerson(
            tx,
            { personId, atMs: clock.now() },
            ({ memberId }) => ({
              event: "device-registered",
              memberId,
              deviceId,
            }),
          );
        return ok(deviceId);
      });
    },

    async find(deviceId) {
      const row = await store.read(identityPartition, (tx) =>
        tx.get(devicesTable, [deviceId]),
      );
      return row && deviceOf(deviceId, row);
    },

    listOfPerson: (personId) =>
      store.read(identityPartition, (tx) => devicesIn(tx, personId)),

    async rename(personId, deviceId, name) {
      return store.write(identityPartition, async (tx) => {
        const row = await tx.get(devicesTable, [deviceId]);
        if (!row?.personIds.includes(personId))
          return err(identityError("device-unknown"));
        if (row.revokedAtMs !== undefined)
          return err(identityError("device-revoked"));
        await tx.put(devicesTable, [deviceId], { ...row, name });
        if (name !== row.name)
          await oweEventOfPerson(
            tx,
            { personId, atMs: clock.now() },
            ({ memberId }) => ({ event: "device-renamed", memberId, deviceId }),
          );
        return ok(deviceOf(deviceId, { ...row, name }));
      });
    },

    async leave(personId, deviceId) {
      return announced(
        await store.write(identityPartition, (tx) =>
          takeOffIn(tx, personId, { deviceId, atMs: clock.now() }),
        ),
      );
    },

    async revoke(deviceId) {
      return announced(
        await store.write(identityPartition, async (tx) => {
          const row = await tx.get(devicesTable, [deviceId]);
          return row
            ? ok(await revokeDeviceIn(tx, row, { deviceId, atMs: clock.now() }))
            : err(identityError("device-unknown"));
        }),
      );
    },

    async leaveAll(personId) {
      const left = await store.write(identityPartition, async (tx) => {
        const results = [];
        for (const { deviceId } of await devicesIn(tx, personId))
          results.push(
            await takeOffIn(tx, personId, { deviceId, atMs: clock.now() }),
          );
        return results;
      });
      for (const revocation of left) announced(revocation);
    },
  };
}

function deviceOf(deviceId: DeviceId, row: DeviceRow): Device {
  const { name, personIds, registeredAtMs, revokedAtMs } = row;
  return { deviceId, name, personIds, registeredAtMs, revokedAtMs };
}
