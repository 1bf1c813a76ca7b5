import {
  appointment,
  patient,
  statusLabels,
  type RecordId,
} from "@suture/schema";

import { everyOne } from "../every-one.ts";
import type { Story } from "../story.ts";
import { settledNames } from "../statement-text.ts";
import { allergyTo, booking, person, phone, tenOClock } from "../values.ts";

const hourMs = 60 * 60_000;

export const anHourOffline: Story = {
  id: "a",
  title: "An hour offline at the front desk",
  async run({ devices, people, clinics }, { tell, screen, check }) {
    const { rutendo, blessing, moyo } = devices;
    const register = (given: string, family: string, birthDate: string) =>
      rutendo.create(patient, {
        parentId: people.organizationId,
        groups: person(given, family, birthDate),
      });
    const known = await register("Nyasha", "Phiri", "1987-02-14");
    await blessing.receives(known);

    tell(
      "Rutendo, receptionist in Avondale, loses the network for an hour (her device's clock runs an hour behind the server, so that nobody has to wait). She registers three patients, books two of them, and adds a phone number for Nyasha Phiri.",
    );
    rutendo.goOffline();
    await rutendo.setClock(-hourMs);
    const tariro = await register("Tariro", "Ncube", "1990-06-02");
    const farai = await register("Farai", "Dube", "2015-11-23");
    const chipo = await register("Chipo", "Banda", "1961-09-30");
    const bookings: RecordId[] = [];
    for (const [index, who] of [tariro, chipo].entries())
      bookings.push(
        await rutendo.create(appointment, {
          parentId: clinics.avondale,
          groups: booking(who, people.moyo, tenOClock(7) + index * hourMs),
        }),
      );
    await rutendo.edit(patient, known, (draft) =>
      draft.telecom.set(phone("+263 24 270 0002")),
    );
    await rutendo.setClock(0);
    await screen(rutendo, "Tariro Ncube", tariro);

    tell(
      "Meanwhile Blessing, nurse in Mbare, records that Nyasha is allergic to latex, and adds a note.",
    );
    await blessing.edit(patient, known, (draft) => {
      draft.prescribing.allergies.add(allergyTo("latex"));
      draft.notes.set({ status: "active", text: "Asked for a morning visit." });
    });

    tell("An hour later the network is back.");
    await rutendo.goOnline();
    const everything = [known, tariro, farai, chipo, ...bookings];
    await check(
      "nothing is left unsent on Rutendo's device",
      rutendo.until(async () => (await rutendo.unsyncedCount()) === 0),
    );
    await check(
      "Blessing's device has the three new patients",
      blessing.until(() =>
        everyOne([tariro, farai, chipo], (id) => blessing.has(id)),
      ),
    );
    await check(
      "Dr Moyo's device, in Rutendo's clinic, has the two appointments, each with its patient",
      moyo.until(async () => {
        const reports = await Promise.all(
          bookings.map((id) => moyo.read(appointment, id)),
        );
        return reports.every((report) => {
          const slot = report?.groups.slot;
          return (
            slot?.status === "settled" &&
            Object.values(slot.content.participants).length === 2
          );
        });
      }),
    );
    for (const device of [rutendo, blessing])
      await check(
        `${device.name}'s device has the phone number, the latex allergy and the note of Nyasha Phiri`,
        device.until(async () => {
          const report = await device.read(patient, known);
          return (
            Object.keys(report?.fields.telecom ?? {}).length === 1 &&
            Object.keys(report?.fields.notes ?? {}).length === 1 &&
            settledNames(report?.groups.prescribing, "allergies")?.join() ===
              "latex"
          );
        }),
      );
    await check(
      "what Rutendo wrote says that it was written an hour before the server had it",
      blessing.until(async () => {
        const [change] = await blessing.history(tariro);
        const heldMs =
          (change?.admittedAtMs ?? 0) - (change?.authoredAtMs ?? Infinity);
        return heldMs >= hourMs && heldMs < hourMs + 5 * 60_000;
      }),
    );
    await check(
      "a signed checkpoint covers it all, and Rutendo's device has verified it",
      rutendo.until(() =>
        everyOne(
          everything,
          async (id) => (await rutendo.label(id)) === statusLabels.confirmed,
        ),
      ),
    );
    await screen(rutendo, "Tariro Ncube", tariro);
  },
};
