import { patient, statusLabels } from "@suture/schema";

import { settledNames, standingAllergies } from "../statement-text.ts";
import type { Story } from "../story.ts";
import { allergyTo, medication, newEntryId, person } from "../values.ts";

export const amoxicillinAndPenicillin: Story = {
  id: "d",
  title: "Amoxicillin here, a penicillin allergy there",
  async run({ devices, people }, { tell, screen, check }) {
    const { moyo, sibanda, blessing } = devices;
    const tatenda = await moyo.create(patient, {
      parentId: people.organizationId,
      groups: person("Tatenda", "Moyo", "2018-03-09"),
    });
    await sibanda.receives(tatenda);

    tell(
      "Apart from each other, Dr Moyo prescribes amoxicillin and Dr Sibanda records an allergy to penicillin. No field is touched twice: a system that merges field by field would say that all is well.",
    );
    moyo.goOffline();
    sibanda.goOffline();
    const [amoxicillinId, penicillinId] = [newEntryId(), newEntryId()];
    await moyo.edit(patient, tatenda, ({ prescribing }) =>
      prescribing.medications.add(
        medication("amoxicillin", "250 mg three times a day"),
        amoxicillinId,
      ),
    );
    await sibanda.edit(patient, tatenda, ({ prescribing }) =>
      prescribing.allergies.add(allergyTo("penicillin"), penicillinId),
    );
    await Promise.all([moyo.goOnline(), sibanda.goOnline()]);
    const readingOn = async (device: typeof moyo) =>
      (await device.read(patient, tatenda))?.groups.prescribing;
    for (const device of [moyo, sibanda, blessing]) {
      await check(
        `${device.name}'s device says so: a conflict, the allergy stands and amoxicillin is not to be acted on`,
        device.until(async () => {
          const reading = await readingOn(device);
          return (
            reading?.status === "conflict" &&
            standingAllergies(reading).join() === "penicillin" &&
            reading.safe.medications[0]?.guidance === "do-not-act" &&
            (await device.label(tatenda)) === statusLabels.conflict
          );
        }),
      );
    }
    await screen(moyo, "Tatenda Moyo", tatenda);
    await check(
      "taking both together is not offered as one step",
      (async () => {
        const reading = await readingOn(blessing);
        return (
          reading?.status === "conflict" &&
          reading.combination?.isOneStep === false
        );
      })(),
    );

    tell(
      "The conflict stops nobody from caring: Blessing, the nurse, records a new allergy to latex on the version she trusts.",
    );
    const open = await readingOn(blessing);
    if (open?.status !== "conflict") throw new Error("there is no conflict");
    const trusted = open.candidates.find(
      ({ content }) => penicillinId in content.allergies,
    );
    if (trusted === undefined) throw new Error("the allergy is not there");
    const added = await blessing.editCandidate(
      patient,
      tatenda,
      { group: "prescribing", opId: trusted.opId },
      ({ prescribing }) => prescribing.allergies.add(allergyTo("latex")),
    );
    await check("it is saved", added.ok);
    for (const device of [moyo, sibanda])
      await check(
        `${device.name}'s device has it at once: penicillin and latex stand, the conflict is still open with two versions`,
        device.until(async () => {
          const reading = await readingOn(device);
          return (
            reading?.status === "conflict" &&
            reading.candidates.length === 2 &&
            standingAllergies(reading).join() === "latex,penicillin"
          );
        }),
      );

    tell("Dr Moyo sees the allergy and withdraws amoxicillin.");
    const latest = await readingOn(moyo);
    if (latest?.status !== "conflict") throw new Error("there is no conflict");
    const safe = latest.candidates.find(
      ({ content }) => penicillinId in content.allergies,
    );
    if (safe === undefined) throw new Error("the allergy is not there");
    const settled = await moyo.resolve(
      patient,
      tatenda,
      "prescribing",
      { choose: safe.opId },
      "Allergic to penicillin: no amoxicillin.",
    );
    await check("the resolution is saved", settled.ok);
    for (const device of [sibanda, blessing])
      await check(
        `on ${device.name}'s device it is settled: both allergies, no amoxicillin`,
        device.until(async () => {
          const reading = await readingOn(device);
          return (
            settledNames(reading, "allergies")?.join() === "latex,penicillin" &&
            settledNames(reading, "medications")?.length === 0
          );
        }),
      );
    await screen(blessing, "Tatenda Moyo", tatenda);
  },
};
