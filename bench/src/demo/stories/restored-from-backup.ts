import { patient, statusLabels, type RecordId } from "@suture/schema";

import type { DeviceProcess } from "../device-process.ts";
import { everyOne } from "../every-one.ts";
import { settledNames } from "../statement-text.ts";
import type { Story } from "../story.ts";
import { allergyTo, person } from "../values.ts";

export const restoredFromBackup: Story = {
  id: "l",
  title: "The server is restored from yesterday's backup",
  async run(
    { devices, people, server, backupDir, newDevice },
    { tell, screen, check },
  ) {
    const { rutendo, tendai, moyo, sibanda, blessing, grace, peter } = devices;
    const all = Object.values(devices);
    const itai = await rutendo.create(patient, {
      parentId: people.organizationId,
      groups: person("Itai", "Chirwa", "1958-07-27"),
    });
    await moyo.receives(itai);
    await moyo.edit(patient, itai, ({ prescribing }) =>
      prescribing.allergies.add(allergyTo("iodine")),
    );
    tell(
      "A day's work is synced and confirmed. The last of it: Itai Chirwa, registered by Rutendo, and an allergy to iodine that Dr Moyo has recorded.",
    );
    const hasAllergy = async (device: DeviceProcess) =>
      settledNames(
        (await device.read(patient, itai))?.groups.prescribing,
        "allergies",
      )?.join() === "iodine";
    await check(
      "every device in the clinics has it, covered by a signed checkpoint",
      everyOne([rutendo, tendai, moyo, sibanda, blessing], (device) =>
        device.until(
          async () =>
            (await hasAllergy(device)) &&
            (await device.label(itai)) === statusLabels.confirmed,
        ),
      ),
    );
    const before = new Map<DeviceProcess, Held>();
    for (const device of all) before.set(device, await heldBy(device));
    await screen(tendai, "Itai Chirwa", itai);

    tell(
      "The server's disk dies. It comes back with yesterday's backup, which knows nothing of all this. Rutendo's and Dr Moyo's devices, who wrote it, are switched off.",
    );
    for (const device of all) device.goOffline();
    await server.stop();
    await server.restore(backupDir);
    await server.start();
    for (const device of all)
      if (device !== rutendo && device !== moyo) await device.goOnline();
    await check(
      "every other device notices that the server has lost what it had confirmed",
      everyOne([tendai, sibanda, blessing, grace, peter], (device) =>
        device.until(
          async () => (await device.label(itai)) !== statusLabels.confirmed,
        ),
      ),
    );
    await screen(tendai, "Itai Chirwa", itai);
    await check(
      "the devices that are there bring it back, though none of them wrote it, and it is confirmed anew",
      everyOne([tendai, sibanda, blessing], (device) =>
        device.until(
          async () =>
            (await device.unsyncedCount()) === 0 &&
            (await device.label(itai)) === statusLabels.confirmed,
        ),
      ),
    );
    await screen(tendai, "Itai Chirwa", itai);

    tell("Rutendo and Dr Moyo switch their devices on.");
    await Promise.all([rutendo.goOnline(), moyo.goOnline()]);
    await check(
      "every device has sent all that it held, and holds all that it had held before",
      everyOne(all, (device) =>
        device.until(async () => {
          if ((await device.unsyncedCount()) > 0) return false;
          return isHeldBy(device, before.get(device) ?? new Map());
        }),
      ),
    );
    const fresh = await newDevice("tendai");
    await check(
      "a new tablet, on which Tendai signs in, gets Itai Chirwa and the allergy from the restored server",
      fresh.until(() => hasAllergy(fresh)),
    );
    await check(
      "and every patient whom her old one holds, as they are there",
      fresh.until(async () => isHeldBy(fresh, await heldBy(tendai))),
    );
    await check(
      "the audit log says that it was brought back, and who had written it",
      (async () => {
        const events = await grace.auditOf(people.organizationId, itai);
        return (
          events.some(({ event }) => event === "change-restored") &&
          events.some(
            ({ event, memberId }) =>
              event === "change-admitted" && memberId === people.moyo,
          )
        );
      })(),
    );
  },
};

/** The heads of each patient on a device. */
type Held = ReadonlyMap<RecordId, string>;

async function heldBy(device: DeviceProcess): Promise<Held> {
  const held = new Map<RecordId, string>();
  for (const recordId of await device.list(patient)) {
    const report = await device.read(patient, recordId);
    held.set(recordId, [...(report?.heads ?? [])].sort().join());
  }
  return held;
}

async function isHeldBy(
  device: DeviceProcess,
  expected: Held,
): Promise<boolean> {
  const held = await heldBy(device);
  return [...expected].every(
    ([recordId, heads]) => held.get(recordId) === heads,
  );
}
