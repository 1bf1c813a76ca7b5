import { appointment, patient, statusLabels } from "@suture/schema";

import type { Story } from "../story.ts";
import { booking, person, tenOClock } from "../values.ts";

export const doubleBooking: Story = {
  id: "i",
  title: "Two clinics book the same practitioner for the same half hour",
  async run({ devices, people, clinics }, { tell, screen, check }) {
    const { rutendo, tendai } = devices;
    const startMs = tenOClock(14);
    const register = (given: string, family: string, birthDate: string) =>
      rutendo.create(patient, {
        parentId: people.organizationId,
        groups: person(given, family, birthDate),
      });
    const first = await register("Munashe", "Sithole", "1983-10-10");
    const second = await register("Vimbai", "Nhamo", "1972-03-03");
    await tendai.receives(second);

    tell(
      "Dr Moyo works in both clinics. While they are apart, Avondale books her for Munashe Sithole at 10:00 and Mbare for Vimbai Nhamo at 10:15.",
    );
    rutendo.goOffline();
    tendai.goOffline();
    const inAvondale = await rutendo.create(appointment, {
      parentId: clinics.avondale,
      groups: booking(first, people.moyo, startMs),
    });
    const inMbare = await tendai.create(appointment, {
      parentId: clinics.mbare,
      groups: booking(second, people.moyo, startMs + 15 * 60_000),
    });
    await screen(rutendo, "10:00 Munashe Sithole", inAvondale);
    await screen(tendai, "10:15 Vimbai Nhamo", inMbare);
    tell("Both come back.");
    await Promise.all([rutendo.goOnline(), tendai.goOnline()]);
    for (const [device, own] of [
      [rutendo, inAvondale],
      [tendai, inMbare],
    ] as const) {
      await check(
        `${device.name} is asked, about these two`,
        device.until(async () => {
          const [question, ...others] = await device.questionsAbout(own);
          return (
            question?.source === "server" &&
            question.task.kind === "double-booking" &&
            [question.task.recordId, question.task.otherRecordId]
              .sort()
              .join() === [inAvondale, inMbare].sort().join() &&
            others.length === 0 &&
            (await device.label(own)) === statusLabels.conflict
          );
        }),
      );
      await screen(
        device,
        own === inAvondale ? "10:00 Munashe Sithole" : "10:15 Vimbai Nhamo",
        own,
      );
    }
    const { moyo } = devices;
    await check(
      "both appointments stand on Dr Moyo's device: neither won by its clock",
      moyo.until(async () => {
        const slots = await Promise.all(
          [inAvondale, inMbare].map(
            async (id) => (await moyo.read(appointment, id))?.groups.slot,
          ),
        );
        return slots.every(
          (slot) =>
            slot?.status === "settled" && slot.content.status === "booked",
        );
      }),
    );

    tell("Tendai rings Vimbai Nhamo, who can come at noon.");
    await tendai.edit(appointment, inMbare, ({ slot }) => {
      slot.period = {
        start: new Date(startMs + 2 * 3_600_000).toISOString(),
        end: new Date(startMs + 2.5 * 3_600_000).toISOString(),
      };
    });
    for (const [device, own] of [
      [rutendo, inAvondale],
      [tendai, inMbare],
    ] as const)
      await check(
        `the question is gone on ${device.name}'s device`,
        device.until(
          async () => (await device.questionsAbout(own)).length === 0,
        ),
      );
    await screen(tendai, "12:00 Vimbai Nhamo", inMbare);
  },
};
