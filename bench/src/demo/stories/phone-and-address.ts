import { patient, statusLabels } from "@suture/schema";

import type { Story } from "../story.ts";
import { home, newEntryId, person, phone } from "../values.ts";

export const phoneAndAddress: Story = {
  id: "b",
  title: "One changes the phone number, the other the address",
  async run({ devices, people }, { tell, screen, check }) {
    const { rutendo, tendai } = devices;
    const [phoneId, addressId] = [newEntryId(), newEntryId()];
    const kuda = await rutendo.create(patient, {
      parentId: people.organizationId,
      fields: {
        telecom: { [phoneId]: phone("+263 77 300 0001") },
        address: { [addressId]: home("4 Samora Machel Avenue") },
      },
      groups: person("Kuda", "Mutasa", "1979-04-18"),
    });
    await tendai.receives(kuda);

    tell(
      "Rutendo in Avondale and Tendai in Mbare are both offline. Kuda Mutasa has a new phone number, says one caller; he has moved, says another.",
    );
    rutendo.goOffline();
    tendai.goOffline();
    await rutendo.edit(patient, kuda, (draft) =>
      draft.telecom.set(phone("+263 71 555 0199"), phoneId),
    );
    await tendai.edit(patient, kuda, (draft) =>
      draft.address.set(home("11 Lobengula Street"), addressId),
    );
    await screen(rutendo, "Kuda Mutasa", kuda);
    await screen(tendai, "Kuda Mutasa", kuda);
    tell("Both come back.");
    await Promise.all([rutendo.goOnline(), tendai.goOnline()]);
    for (const device of [rutendo, tendai])
      await check(
        `${device.name}'s device has the new phone number and the new address`,
        device.until(async () => {
          const fields = (await device.read(patient, kuda))?.fields;
          return (
            fields?.telecom[phoneId]?.value === "+263 71 555 0199" &&
            fields.address[addressId]?.line?.[0] === "11 Lobengula Street"
          );
        }),
      );
    for (const device of [rutendo, tendai]) {
      await check(
        `nobody asks ${device.name} anything`,
        (async () =>
          (await device.questionsAbout(kuda)).length === 0 &&
          (await device.label(kuda)) !== statusLabels.conflict)(),
      );
      await device.until(async () => (await device.unsyncedCount()) === 0);
      await screen(device, "Kuda Mutasa", kuda);
    }
  },
};
