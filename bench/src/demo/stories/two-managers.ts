import { equipment } from "@suture/schema";

import type { Story } from "../story.ts";

export const twoManagers: Story = {
  id: "k",
  title: "Two managers resolve differently while apart",
  async run({ devices, people }, { tell, screen, check }) {
    const { tapiwa, simba, grace, peter } = devices;
    const everybody = [tapiwa, simba, grace, peter];
    const pump = await grace.create(equipment, {
      parentId: people.organizationId,
      fields: { deviceName: "Infusion pump 7", serialNumber: "IP-0407" },
    });
    for (const device of everybody) await device.receives(pump);
    const fitnessOn = async (device: typeof grace) =>
      (await device.read(equipment, pump))?.groups.fitness;

    tell(
      "Two technicians disagree about infusion pump 7, apart from each other: restricted, says Tapiwa; out of service, says Simba.",
    );
    tapiwa.goOffline();
    simba.goOffline();
    await tapiwa.edit(equipment, pump, ({ fitness }) => {
      fitness.operationalStatus = "restricted";
    });
    await simba.edit(equipment, pump, ({ fitness }) => {
      fitness.operationalStatus = "out-of-service";
    });
    await Promise.all([tapiwa.goOnline(), simba.goOnline()]);
    for (const device of [grace, peter]) {
      await check(
        `${device.name} is asked; until then the pump counts as out of service`,
        device.until(async () => {
          const reading = await fitnessOn(device);
          return (
            reading?.status === "conflict" &&
            reading.safe.operationalStatus.cautious === "out-of-service" &&
            (await device.questionsAbout(pump)).length === 1
          );
        }),
      );
    }
    await screen(grace, "Infusion pump 7", pump);

    tell(
      "Both managers lose the network, and each settles it: Grace follows Tapiwa, Peter follows Simba.",
    );
    grace.goOffline();
    peter.goOffline();
    const settle = async (
      device: typeof grace,
      status: "restricted" | "out-of-service",
      reason: string,
    ) => {
      const reading = await fitnessOn(device);
      if (reading?.status !== "conflict")
        throw new Error("there is no conflict");
      const wanted = reading.candidates.find(
        ({ content }) => content.operationalStatus === status,
      );
      if (wanted === undefined) throw new Error(`nobody says ${status}`);
      return device.resolve(
        equipment,
        pump,
        "fitness",
        { choose: wanted.opId },
        reason,
      );
    };
    const byGrace = await settle(grace, "restricted", "Alarm volume only.");
    const byPeter = await settle(peter, "out-of-service", "It dripped.");
    await check(
      "on each device it is settled",
      byGrace.ok &&
        byPeter.ok &&
        (await fitnessOn(grace))?.status === "settled" &&
        (await fitnessOn(peter))?.status === "settled",
    );
    await Promise.all([grace.goOnline(), peter.goOnline()]);
    for (const device of everybody)
      await check(
        `on ${device.name}'s device the question is back, once, between the two resolutions`,
        device.until(async () => {
          const reading = await fitnessOn(device);
          const questions = await device.questionsAbout(pump);
          return (
            reading?.status === "conflict" &&
            reading.candidates
              .map(({ attribution }) => attribution.memberId)
              .sort()
              .join() === [people.grace, people.peter].sort().join() &&
            questions.length === 1 &&
            questions[0]?.source === "server"
          );
        }),
      );
    await screen(peter, "Infusion pump 7", pump);

    tell("Peter rings Grace, and settles it for both: out of service.");
    const last = await settle(peter, "out-of-service", "Agreed with Grace.");
    await check("the resolution is saved", last.ok);
    for (const device of [grace, tapiwa])
      await check(
        `on ${device.name}'s device the pump is out of service, and nobody is asked`,
        device.until(async () => {
          const reading = await fitnessOn(device);
          return (
            reading?.status === "settled" &&
            reading.content.operationalStatus === "out-of-service" &&
            (await device.questionsAbout(pump)).length === 0
          );
        }),
      );
    await screen(grace, "Infusion pump 7", pump);
  },
};
