/** What everybody writes while no device can reach the server, over some hours. */
import type { SeededRandom, World, WorldDevice } from "@suture/client/testing";
import type { ChangeHash, RecordId } from "@suture/schema";

import {
  halfHourFrom,
  must,
  mustBeOk,
  type Clinic,
  type WholeHospital,
} from "./found-whole-hospital.ts";

/** One save. */
export interface Writing {
  readonly recordId: RecordId;
  readonly hashes: readonly ChangeHash[];
  /** A statement of what is prescribed: it goes before everything else. */
  readonly isCritical: boolean;
  /** A colleague says something different of the same patient, and neither has seen the other's. */
  readonly isContested: boolean;
}

export interface WorkPlan {
  readonly hours: number;
  readonly savesPerDevice: number;
  /** Of all saves, from 0 to 1. Half of them are contested. */
  readonly criticalShare: number;
}

type Kind = "contested" | "critical" | "ordinary";

interface Task {
  readonly atMs: number;
  readonly device: WorldDevice;
  readonly clinic: Clinic;
  readonly kind: Kind;
}

/** Everything that was saved. */
export async function workApart(
  { world, clinics }: WholeHospital,
  plan: WorkPlan,
): Promise<readonly Writing[]> {
  const random = world.random.fork("work apart");
  const startMs = world.time.nowMs;
  const writings: Writing[] = [];
  for (const task of tasksOf(clinics, plan, random)) {
    await world.run(Math.max(0, startMs + task.atMs - world.time.nowMs));
    writings.push(await write(world, task, random));
  }
  await world.run(
    Math.max(0, startMs + plan.hours * hourMs - world.time.nowMs),
  );
  return writings;
}

const hourMs = 3_600_000;

/** Soonest first. In a clinic where something is contested, two devices say it; where something is critical, one does. */
function tasksOf(
  clinics: readonly Clinic[],
  { hours, savesPerDevice, criticalShare }: WorkPlan,
  random: SeededRandom,
): readonly Task[] {
  const slots = clinics.flatMap((clinic) =>
    clinic.devices.flatMap((device) =>
      Array.from({ length: savesPerDevice }, () => ({
        clinic,
        device,
        atMs: Math.floor(random.fraction() * hours * hourMs),
      })),
    ),
  );
  const criticalCount = Math.max(4, Math.round(slots.length * criticalShare));
  const kinds = new Map<(typeof slots)[number], Kind>();
  const clinicsLeft = [...clinics];
  for (let left = criticalCount; left > 0 && clinicsLeft.length > 0;) {
    const clinic = random.pick(clinicsLeft);
    clinicsLeft.splice(clinicsLeft.indexOf(clinic), 1);
    const kind = left > criticalCount / 2 ? "contested" : "critical";
    const devices = clinic.devices.slice(0, kind === "contested" ? 2 : 1);
    for (const device of devices) {
      const slot = slots.find((one) => one.device === device);
      if (slot !== undefined) kinds.set(slot, kind);
    }
    left -= devices.length;
  }
  return slots
    .map((slot) => ({ ...slot, kind: kinds.get(slot) ?? "ordinary" }))
    .toSorted((one, other) => one.atMs - other.atMs);
}

async function write(
  world: World,
  task: Task,
  random: SeededRandom,
): Promise<Writing> {
  const isCritical = task.kind !== "ordinary";
  const recordId = isCritical
    ? task.clinic.patientId
    : random.pick(task.clinic.appointmentIds);
  const { hashes } = isCritical
    ? await prescribe(world, task, random)
    : await writeInDiary(world, task, recordId, random);
  return {
    recordId,
    hashes,
    isCritical,
    isContested: task.kind === "contested",
  };
}

async function prescribe(
  world: World,
  { device: { client }, clinic }: Task,
  random: SeededRandom,
) {
  const chart = await mustBeOk(world, () =>
    client.patients.get(clinic.patientId),
  );
  const form = await must(world, () => chart.edit());
  form.draft.prescribing.medications.add({
    status: "active",
    code: { text: `Amoxicillin ${random.uuid()}` },
    dosage: [{ text: "500 mg" }],
    source: { kind: "request", intent: "order" },
  });
  return mustBeOk(world, () => form.save());
}

async function writeInDiary(
  world: World,
  { device: { client } }: Task,
  appointmentId: RecordId,
  random: SeededRandom,
) {
  const appointment = await mustBeOk(world, () =>
    client.appointments.get(appointmentId),
  );
  const form = await must(world, () => appointment.edit());
  const text = `Said by telephone: ${random.uuid()}. `.repeat(4);
  const what = random.weighted({ note: 6, description: 3, slot: 1 });
  const slot = appointment.group("slot");
  if (what === "slot" && slot.status !== "conflict")
    form.draft.slot.period = halfHourFrom(
      world.time.nowMs + random.between(2, 30) * 24 * hourMs,
    );
  else if (what === "description") form.draft.description = text;
  else form.draft.notes.set({ status: "active", text });
  return mustBeOk(world, () => form.save());
}
