import { patient, statusLabels } from "@suture/schema";

import type { Story } from "../story.ts";
import { medication, newEntryId, person } from "../values.ts";

export const formLeftOpen: Story = {
  id: "h",
  title: "A form opened before a colleague's change arrived, and saved after",
  async run({ devices, people }, { tell, screen, check }) {
    const { moyo, sibanda } = devices;
    const warfarinId = newEntryId();
    const tino = await moyo.create(patient, {
      parentId: people.organizationId,
      groups: {
        ...person("Tinotenda", "Mapfumo", "1949-05-16"),
        prescribing: {
          medications: {
            [warfarinId]: medication("warfarin", "5 mg once a day"),
          },
        },
      },
    });
    await sibanda.receives(tino);

    tell(
      "Dr Moyo opens Tinotenda Mapfumo's medication form and reads it. Everybody is online. While the form is open, Dr Sibanda lowers warfarin to 3 mg, and that arrives on Dr Moyo's device.",
    );
    const form = await moyo.openForm(tino);
    await sibanda.edit(patient, tino, ({ prescribing }) =>
      prescribing.medications.update(
        warfarinId,
        medication("warfarin", "3 mg once a day"),
      ),
    );
    await check(
      "the device has received what the open form has not shown, and the form knows",
      moyo.until(() => form.isBehind()),
    );

    tell(
      "Dr Moyo, who has not looked up, adds aspirin to the list that the form showed, with 5 mg of warfarin in it, and saves.",
    );
    const saved = await form.save<typeof patient>(({ prescribing }) =>
      prescribing.medications.add(medication("aspirin", "75 mg once a day")),
    );
    await check("it is saved", saved.ok);
    for (const device of [moyo, sibanda]) {
      await check(
        `${device.name}'s device asks: warfarin 3 mg, or warfarin 5 mg and aspirin`,
        device.until(async () => {
          const reading = (await device.read(patient, tino))?.groups
            .prescribing;
          if (reading?.status !== "conflict") return false;
          const lists = reading.candidates.map(({ content }) =>
            Object.values(content.medications)
              .map(
                ({ code, dosage }) => `${code.text} ${dosage?.[0]?.text ?? ""}`,
              )
              .sort()
              .join(", "),
          );
          return (
            lists.sort().join(" | ") ===
              "aspirin 75 mg once a day, warfarin 5 mg once a day | warfarin 3 mg once a day" &&
            (await device.label(tino)) === statusLabels.conflict
          );
        }),
      );
      await screen(device, "Tinotenda Mapfumo", tino);
    }
    await check(
      "nothing says that Dr Moyo had seen Dr Sibanda's change",
      (async () => {
        const history = await sibanda.history(tino);
        const own = history.find(
          ({ hash }) => saved.ok && saved.hashes.includes(hash),
        );
        const others = history.filter(
          ({ memberId }) => memberId === people.sibanda,
        );
        return (
          own !== undefined &&
          others.length === 1 &&
          others.every(({ hash }) => own.besides.includes(hash))
        );
      })(),
    );
  },
};
