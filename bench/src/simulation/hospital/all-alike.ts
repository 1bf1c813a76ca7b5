/** What every device shows, through the SDK's own readers, once all hold the same. */
import type { WorldDevice } from "@suture/client/testing";
import type { RecordId } from "@suture/schema";

import { textOf } from "../model/canonical-text.ts";
import { mustBeOk, type WholeHospital } from "./found-whole-hospital.ts";

/**
 * In words what is shown differently on two devices; null where there is no such thing. Of patients those are looked at who were
 * written about, on every device; of appointments all, on those of their clinic.
 */
export async function differenceShown(
  { world, clinics }: WholeHospital,
  patientIds: ReadonlySet<RecordId>,
): Promise<string | null> {
  for (const patientId of patientIds) {
    const difference = await firstUnlike(world.devices, async ({ client }) => {
      const chart = await mustBeOk(world, () => client.patients.get(patientId));
      return [chart.heads.toSorted(), chart.fields, chart.group("prescribing")];
    });
    if (difference !== null) return difference;
  }
  for (const { devices, appointmentIds } of clinics)
    for (const appointmentId of appointmentIds) {
      const difference = await firstUnlike(devices, async ({ client }) => {
        const visit = await mustBeOk(world, () =>
          client.appointments.get(appointmentId),
        );
        return [visit.heads.toSorted(), visit.fields, visit.group("slot")];
      });
      if (difference !== null) return difference;
    }
  return null;
}

async function firstUnlike(
  devices: readonly WorldDevice[],
  read: (device: WorldDevice) => Promise<unknown>,
): Promise<string | null> {
  let first: { readonly name: string; readonly shown: string } | undefined;
  for (const device of devices) {
    const { name } = device;
    const shown = textOf(await read(device));
    first ??= { name, shown };
    if (shown !== first.shown)
      return `${first.name} shows ${first.shown}, ${name} shows ${shown}`;
  }
  return null;
}
