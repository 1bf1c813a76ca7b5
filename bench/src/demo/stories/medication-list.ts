import { patient, statusLabels } from "@suture/schema";

import { contested, settledNames } from "../statement-text.ts";
import type { Story } from "../story.ts";
import { medication, newEntryId, person } from "../values.ts";

export const medicationList: Story = {
  id: "c",
  title: "Two clinicians change the medication list",
  async run({ devices, people }, { tell, screen, check }) {
    const { moyo, sibanda, blessing, grace } = devices;
    const enalaprilId = newEntryId();
    const rudo = await moyo.create(patient, {
      parentId: people.organizationId,
      groups: {
        ...person("Rudo", "Chikafu", "1955-12-01"),
        prescribing: {
          medications: {
            [enalaprilId]: medication("enalapril", "5 mg once a day"),
          },
        },
      },
    });
    await sibanda.receives(rudo);

    tell(
      "Rudo Chikafu takes enalapril, 5 mg once a day. While their clinics are apart, Dr Moyo raises it to 10 mg and Dr Sibanda lowers it to 2.5 mg.",
    );
    moyo.goOffline();
    sibanda.goOffline();
    await moyo.edit(patient, rudo, ({ prescribing }) =>
      prescribing.medications.update(
        enalaprilId,
        medication("enalapril", "10 mg once a day"),
      ),
    );
    await sibanda.edit(patient, rudo, ({ prescribing }) =>
      prescribing.medications.update(
        enalaprilId,
        medication("enalapril", "2.5 mg once a day"),
      ),
    );
    await Promise.all([moyo.goOnline(), sibanda.goOnline()]);
    const inConflict = async (device: typeof moyo) =>
      (await device.label(rudo)) === statusLabels.conflict &&
      (await device.questionsAbout(rudo)).length === 1;
    for (const device of [moyo, sibanda, blessing]) {
      await device.until(() => inConflict(device));
      await screen(device, "Rudo Chikafu", rudo);
    }
    await check(
      "Blessing's device, which changed nothing, shows both versions and what they came from",
      (async () => {
        const reading = (await blessing.read(patient, rudo))?.groups
          .prescribing;
        if (reading?.status !== "conflict") return false;
        const doseOf = (entry: { dosage?: { text?: string }[] } | undefined) =>
          entry?.dosage?.[0]?.text ?? "";
        const doses = reading.candidates
          .map(({ content }) => doseOf(content.medications[enalaprilId]))
          .sort();
        return (
          doses.join() === "10 mg once a day,2.5 mg once a day" &&
          doseOf(reading.base?.medications[enalaprilId]) === "5 mg once a day"
        );
      })(),
    );
    await check(
      "until it is settled, enalapril is marked “do not act” with both doses beside it, and no step is preselected",
      (async () => {
        const reading = (await blessing.read(patient, rudo))?.groups
          .prescribing;
        if (reading?.status !== "conflict") return false;
        const [entry] = contested(reading.safe.medications);
        return (
          entry?.guidance === "do-not-act" &&
          entry.versions.length === 2 &&
          reading.combination === null
        );
      })(),
    );

    tell("Dr Sibanda rings Dr Moyo, and settles it: 10 mg.");
    const open = (await sibanda.read(patient, rudo))?.groups.prescribing;
    if (open?.status !== "conflict") throw new Error("there is no conflict");
    const raised = open.candidates.find(
      ({ attribution }) => attribution.memberId === people.moyo,
    );
    if (raised === undefined) throw new Error("Dr Moyo's version is not there");
    const settled = await sibanda.resolve(
      patient,
      rudo,
      "prescribing",
      { choose: raised.opId },
      "Agreed on the phone: blood pressure is still high.",
    );
    await check("the resolution is saved", settled.ok);
    for (const device of [moyo, sibanda, blessing])
      await check(
        `on ${device.name}'s device the question is gone and 10 mg stands`,
        device.until(async () => {
          const report = await device.read(patient, rudo);
          const reading = report?.groups.prescribing;
          return (
            reading?.status === "settled" &&
            reading.content.medications[enalaprilId]?.dosage?.[0]?.text ===
              "10 mg once a day" &&
            settledNames(reading, "medications")?.length === 1 &&
            (await device.questionsAbout(rudo)).length === 0
          );
        }),
      );
    await screen(moyo, "Rudo Chikafu", rudo);
    await check(
      "the server's audit log has it once: opened, and resolved by Dr Sibanda",
      (async () => {
        const events = await grace.auditOf(people.organizationId, rudo);
        const opened = events.filter(
          ({ event }) => event === "conflict-opened",
        );
        const resolved = events.filter(
          ({ event }) => event === "conflict-resolved",
        );
        return (
          opened.length === 1 &&
          resolved.length === 1 &&
          resolved[0]?.memberId === people.sibanda
        );
      })(),
    );
  },
};
