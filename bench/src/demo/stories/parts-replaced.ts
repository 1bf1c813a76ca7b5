import { equipment, serviceJob } from "@suture/schema";

import type { Story } from "../story.ts";
import { newEntryId, part } from "../values.ts";

export const partsReplaced: Story = {
  id: "e",
  title: "“Parts replaced: none” against “coil assembly × 3”",
  async run({ devices, people, clinics }, { tell, screen, check }) {
    const { tapiwa, simba, grace } = devices;
    const scanner = await grace.create(equipment, {
      parentId: people.organizationId,
      fields: { deviceName: "MRI scanner 2", serialNumber: "MR-2231" },
    });
    const job = await grace.create(serviceJob, {
      parentId: clinics.serviceGroup,
      fields: {
        equipmentId: scanner,
        assigneeId: people.tapiwa,
        workStatus: "accepted",
        priority: "urgent",
      },
    });
    for (const device of [tapiwa, simba]) await device.receives(job);

    tell(
      "Tapiwa has the job in hand and loses the network in the basement; he writes that no parts were replaced. Simba, offline too, has picked the job up from him: coil assembly, three of them.",
    );
    tapiwa.goOffline();
    simba.goOffline();
    const coilId = newEntryId();
    await tapiwa.edit(serviceJob, job, ({ service }) =>
      service.partsReplaced.add({ kind: "none", status: "active" }),
    );
    await simba.edit(serviceJob, job, (draft) => {
      draft.assigneeId = people.simba;
      draft.workStatus = "in-progress";
      draft.service.partsReplaced.add(part("coil assembly", 3), coilId);
    });
    await screen(simba, "the job", job);
    await Promise.all([tapiwa.goOnline(), simba.goOnline()]);
    for (const device of [tapiwa, simba, grace])
      await check(
        `${device.name}'s device shows both accounts, and the job in Simba's hands`,
        device.until(async () => {
          const report = await device.read(serviceJob, job);
          const reading = report?.groups.service;
          return (
            report?.fields.assigneeId === people.simba &&
            reading?.status === "conflict" &&
            reading.candidates
              .flatMap(({ content }) => Object.values(content.partsReplaced))
              .map(({ kind }) => kind)
              .sort()
              .join() === "none,part"
          );
        }),
      );
    await screen(tapiwa, "the job", job);
    const openOn = async (device: typeof grace) => {
      const reading = (await device.read(serviceJob, job))?.groups.service;
      if (reading?.status !== "conflict")
        throw new Error("there is no conflict");
      const withCoils = reading.candidates.find(
        ({ content }) => coilId in content.partsReplaced,
      );
      if (withCoils === undefined) throw new Error("the coils are not there");
      return withCoils.opId;
    };
    const refused = await simba.resolve(
      serviceJob,
      job,
      "service",
      { choose: await openOn(simba) },
      "I replaced them myself.",
    );
    await check(
      "Simba cannot settle it in his own favour: a manager must",
      !refused.ok && refused.code === "not-permitted",
    );

    tell("Grace, the manager, has seen the three old coils on the bench.");
    const settled = await grace.resolve(
      serviceJob,
      job,
      "service",
      { choose: await openOn(grace) },
      "The old coils are on the bench.",
    );
    await check("the resolution is saved", settled.ok);
    for (const device of [tapiwa, simba])
      await check(
        `on ${device.name}'s device it is settled: coil assembly × 3`,
        device.until(async () => {
          const reading = (await device.read(serviceJob, job))?.groups.service;
          if (reading?.status !== "settled") return false;
          const [only, ...others] = Object.values(
            reading.content.partsReplaced,
          );
          return (
            only?.kind === "part" && only.quantity === 3 && others.length === 0
          );
        }),
      );
    await screen(tapiwa, "the job", job);
  },
};
