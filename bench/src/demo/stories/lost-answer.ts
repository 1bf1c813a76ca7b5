import { answerLost } from "@suture/client/testing";
import { patient, statusLabels } from "@suture/schema";

import type { Story } from "../story.ts";
import { newEntryId, person, phone } from "../values.ts";

export const lostAnswer: Story = {
  id: "f",
  title: "The server commits, and its answer is lost",
  async run({ devices, people }, { tell, screen, check }) {
    const { rutendo, blessing, grace } = devices;
    const phoneId = newEntryId();
    const anesu = await rutendo.create(patient, {
      parentId: people.organizationId,
      groups: person("Anesu", "Zvobgo", "2001-07-07"),
    });
    await blessing.receives(anesu);
    await rutendo.until(async () => (await rutendo.unsyncedCount()) === 0);

    tell(
      "Rutendo saves a phone number for Anesu Zvobgo. It reaches the server, which commits it and passes it on; but from here on, everything the server sends back to Rutendo is lost, and then the connection breaks.",
    );
    rutendo.network.suffer(answerLost());
    const saved = await rutendo.edit(patient, anesu, (draft) =>
      draft.telecom.set(phone("+263 77 600 0001"), phoneId),
    );
    const hash = saved.ok ? saved.hashes[0] : undefined;
    const admissionOn = async (device: typeof blessing) =>
      (await device.history(anesu)).filter((entry) => entry.hash === hash);
    await check(
      "Blessing's device has the number, so the server has committed it",
      blessing.until(async () => (await admissionOn(blessing)).length === 1),
    );
    rutendo.goOffline();
    await check(
      "an answer was lost on its way to Rutendo",
      rutendo.network.felt.has("answerLost"),
    );
    await check(
      "Rutendo's device claims nothing it does not know",
      (await screen(rutendo, "Anesu Zvobgo", anesu)) === statusLabels.queued,
    );

    tell("The connection is back, and the device sends the same change again.");
    const first = await admissionOn(blessing);
    await rutendo.goOnline();
    await check(
      "now it is answered",
      rutendo.until(async () => (await rutendo.unsyncedCount()) === 0),
    );
    await screen(rutendo, "Anesu Zvobgo", anesu);
    await check(
      "with the first verdict: admitted when Blessing's device was told it was, not now",
      rutendo.until(async () => {
        const own = await admissionOn(rutendo);
        return (
          own.length === 1 &&
          own[0]?.admittedAtMs !== null &&
          own[0]?.admittedAtMs === first[0]?.admittedAtMs
        );
      }),
    );
    await check(
      "the server's audit log has admitted it once",
      (async () => {
        const events = await grace.auditOf(people.organizationId, anesu);
        return (
          events.filter(
            (entry) => entry.event === "change-admitted" && entry.hash === hash,
          ).length === 1
        );
      })(),
    );
    await check(
      "and Anesu has one phone number on every device",
      (async () => {
        const counts = await Promise.all(
          [rutendo, blessing].map(
            async (device) =>
              Object.keys(
                (await device.read(patient, anesu))?.fields.telecom ?? {},
              ).length,
          ),
        );
        return counts.every((count) => count === 1);
      })(),
    );
  },
};
