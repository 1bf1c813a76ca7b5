import { patient, statusLabels } from "@suture/schema";

import { settledNames } from "../statement-text.ts";
import type { Story } from "../story.ts";
import { allergyTo, medication, person } from "../values.ts";

export const sameContent: Story = {
  id: "j",
  title: "Both write the same",
  async run({ devices, people }, { tell, screen, check }) {
    const { moyo, sibanda, blessing, grace } = devices;
    const fadzai = await moyo.create(patient, {
      parentId: people.organizationId,
      groups: person("Fadzai", "Marowa", "1968-08-19"),
    });
    await sibanda.receives(fadzai);

    tell(
      "Fadzai Marowa tells both her doctors that she cannot take ibuprofen. Apart from each other, both write it down.",
    );
    moyo.goOffline();
    sibanda.goOffline();
    for (const device of [moyo, sibanda])
      await device.edit(patient, fadzai, ({ prescribing }) =>
        prescribing.allergies.add(allergyTo("ibuprofen")),
      );
    await Promise.all([moyo.goOnline(), sibanda.goOnline()]);
    const readingOn = async (device: typeof moyo) =>
      (await device.read(patient, fadzai))?.groups.prescribing;
    for (const device of [moyo, sibanda, blessing])
      await check(
        `${device.name}'s device has one allergy, with both signatures, and asks nobody`,
        device.until(async () => {
          const reading = await readingOn(device);
          return (
            reading?.status === "settled" &&
            reading.signatures.length === 2 &&
            settledNames(reading, "allergies")?.join() === "ibuprofen" &&
            (await device.questionsAbout(fadzai)).length === 0 &&
            (await device.label(fadzai)) !== statusLabels.conflict
          );
        }),
      );
    await screen(moyo, "Fadzai Marowa", fadzai);

    tell("Blessing's next edit is an ordinary one: she adds paracetamol.");
    const saved = await blessing.edit(patient, fadzai, ({ prescribing }) =>
      prescribing.medications.add(medication("paracetamol", "500 mg at need")),
    );
    await check("it is saved without a question", saved.ok);
    for (const device of [moyo, sibanda])
      await check(
        `${device.name}'s device has paracetamol and one allergy, signed by Blessing`,
        device.until(async () => {
          const reading = await readingOn(device);
          return (
            reading?.status === "settled" &&
            reading.signatures.length === 1 &&
            settledNames(reading, "medications")?.join() === "paracetamol" &&
            settledNames(reading, "allergies")?.join() === "ibuprofen"
          );
        }),
      );
    await check(
      "the server never opened a question about it, and logged the agreement",
      (async () => {
        const events = (await grace.auditOf(people.organizationId, fadzai)).map(
          ({ event }) => event,
        );
        return (
          !events.includes("conflict-opened") &&
          events.includes("conflict-agreed")
        );
      })(),
    );
    await screen(blessing, "Fadzai Marowa", fadzai);
  },
};
