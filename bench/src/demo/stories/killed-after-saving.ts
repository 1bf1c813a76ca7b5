import { patient, statusLabels } from "@suture/schema";

import { settledNames } from "../statement-text.ts";
import type { Story } from "../story.ts";
import { allergyTo, person } from "../values.ts";

export const killedAfterSaving: Story = {
  id: "g",
  title: "The app is killed right after “Saved locally”",
  async run({ devices, people }, { tell, screen, check }) {
    const { blessing, moyo } = devices;
    const ropa = await moyo.create(patient, {
      parentId: people.organizationId,
      groups: person("Ropafadzo", "Gumbo", "1996-01-25"),
    });
    await blessing.receives(ropa);

    tell(
      "Blessing, offline, records Ropafadzo Gumbo's allergy to sulfonamides and saves. In that moment the app is killed, as a phone does when it runs out of memory: no warning, no time to tidy up.",
    );
    blessing.goOffline();
    const saved = await blessing.edit(patient, ropa, ({ prescribing }) =>
      prescribing.allergies.add(allergyTo("sulfonamides")),
    );
    await blessing.kill();
    await check(
      `Blessing had read “${statusLabels.queued}”`,
      saved.ok && saved.label === statusLabels.queued,
    );
    await check("the app's process is gone", !blessing.isRunning);

    tell("Blessing opens the app again, still offline.");
    await blessing.start();
    await check(
      "the allergy is there",
      settledNames(
        (await blessing.read(patient, ropa))?.groups.prescribing,
        "allergies",
      )?.join() === "sulfonamides",
    );
    await check(
      "and it says the same",
      (await screen(blessing, "Ropafadzo Gumbo", ropa)) === statusLabels.queued,
    );
    tell("The network is back.");
    await blessing.goOnline();
    await check(
      "Dr Moyo's device has the allergy",
      moyo.until(
        async () =>
          settledNames(
            (await moyo.read(patient, ropa))?.groups.prescribing,
            "allergies",
          )?.join() === "sulfonamides",
      ),
    );
    await check(
      "nothing is left unsent on Blessing's device",
      blessing.until(async () => (await blessing.unsyncedCount()) === 0),
    );
    await screen(blessing, "Ropafadzo Gumbo", ropa);
  },
};
