/** An organization's devices: what each said it still holds, and what an admin does to one. SPEC EV-5, ID-38. */
import {
  deviceDescriptionSchema,
  type DeviceId,
  type RecordId,
} from "@suture/schema";
import { z } from "zod";

import type { ApiFetch } from "./api-fetch.ts";

const devicesSchema = z.object({ devices: z.array(deviceDescriptionSchema) });

/** In quarantine first, then the most critical work. For managers, admins and auditors. */
export function listDevices(api: ApiFetch, organizationId: RecordId) {
  const path = `/v1/organizations/${organizationId}/devices`;
  return api({ method: "GET", path, answer: devicesSchema });
}

interface DeviceName {
  readonly organizationId: RecordId;
  readonly deviceId: DeviceId;
}

export function renameDevice(api: ApiFetch, device: DeviceName, name: string) {
  return api({
    method: "PATCH",
    path: devicePath(device),
    body: { name },
    answer: z.null(),
  });
}

/** Ends it for all members of the organization, for good; or lets a quarantined one go on. */
export function decideDevice(
  api: ApiFetch,
  device: DeviceName,
  verb: "revoke" | "release",
) {
  return api({
    method: "POST",
    path: `${devicePath(device)}/${verb}`,
    answer: z.null(),
  });
}

export function takeMemberOff(
  api: ApiFetch,
  device: DeviceName,
  memberId: RecordId,
) {
  return api({
    method: "POST",
    path: `${devicePath(device)}/members/${memberId}/remove`,
    answer: z.null(),
  });
}

function devicePath({ organizationId, deviceId }: DeviceName): string {
  return `/v1/organizations/${organizationId}/devices/${deviceId}`;
}
