/** Two technicians and one server, for tests of the technician's pages. */
import { act } from "react";

import type { RecordId, Role, serviceJob, Store } from "@suture/schema";
import type { CreateInput } from "@suture/client";
import {
  foundClinic,
  join,
  openDevice,
  TestServer,
  type Device,
} from "@suture/client/clinic-test-support";

import type { Page } from "../app/app.test-support.tsx";
import type { JobRecord } from "./job-actions.tsx";

type JobInput = CreateInput<typeof serviceJob>;

/** `tapiwa` founded the house and is a manager as well; `simba` is a technician, unless other roles are given. */
export async function workshop(
  roles: readonly Role[] = ["technician"],
  store?: Store,
) {
  const tapiwa = await openDevice({ name: "tapiwa", ...(store && { store }) });
  const { organizationId, teamId } = await foundClinic(tapiwa);
  const simba = await openDevice({ name: "simba" });
  const { memberId: simbaId } = await join(
    simba,
    organizationId,
    teamId,
    roles,
  );
  const [own] = tapiwa.client.memberships;
  if (own === undefined) throw new Error("the founder is no member");
  const server = new TestServer(organizationId);
  const scanner = await tapiwa.client.equipment.create({
    parentId: organizationId,
    fields: { deviceName: "MRI scanner 2", serialNumber: "MR-2231" },
  });
  if (!scanner.ok) throw new Error(scanner.error.reason);
  return {
    tapiwa,
    simba,
    tapiwaId: own.memberId,
    simbaId,
    teamId,
    organizationId,
    scanner: scanner.value,
    /** Everything each of them has goes to the other. */
    meet: () =>
      act(async () => {
        await server.takeFrom(tapiwa);
        await server.takeFrom(simba);
        for (const device of [tapiwa, simba]) {
          await server.deliverTo(device);
          await device.client.settle();
        }
      }),
    addJob: async (
      fields: NonNullable<JobInput["fields"]>,
      groups: NonNullable<JobInput["groups"]> = {},
    ) => {
      const created = await tapiwa.client.serviceJobs.create({
        parentId: teamId,
        fields: { equipmentId: scanner.value.id, ...fields },
        groups,
      });
      if (!created.ok) throw new Error(created.error.reason);
      return created.value;
    },
  };
}

/** The same job on another device. */
export async function jobOn(
  { client }: Device,
  { id }: { readonly id: RecordId },
): Promise<JobRecord> {
  const found = await client.serviceJobs.get(id);
  if (!found.ok) throw new Error(found.error.code);
  return found.value;
}

/** Signs in a form of its own, as a colleague does on their device. */
export async function signWork(
  job: JobRecord,
  write: (
    service: Awaited<ReturnType<JobRecord["edit"]>>["draft"]["service"],
  ) => void,
): Promise<void> {
  await act(async () => {
    const form = await job.edit();
    write(form.draft.service);
    const saved = await form.save();
    if (!saved.ok) throw new Error(saved.error.reason);
  });
}

export const coils = {
  kind: "part",
  status: "active",
  code: { text: "Coil assembly" },
  quantity: 3,
} as const;

export const noParts = { kind: "none", status: "active" } as const;

/** Sends the form that is open, as its button or the Enter key does. */
export async function submit(page: Page): Promise<void> {
  const [form, ...more] = page.root.querySelectorAll("form");
  if (form === undefined || more.length > 0)
    throw new Error(`not one form is open; shown: ${page.text}`);
  await act(async () =>
    form.dispatchEvent(
      new Event("submit", { bubbles: true, cancelable: true }),
    ),
  );
}
