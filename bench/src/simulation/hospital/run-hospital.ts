/**
 * A whole hospital: all devices of one organization go silent together, people work on for hours, and all come back in the same
 * second over slow links. SPEC WO-70, WO-71.
 */
import { offline } from "@suture/client/testing";

import { differenceShown } from "./all-alike.ts";
import { comeBack, type SlowLink, type Traffic } from "./come-back.ts";
import { foundWholeHospital } from "./found-whole-hospital.ts";
import { serverRowCount } from "./hospital-disks.ts";
import { timesToSafe, type TimesToSafe } from "./time-to-safe.ts";
import { workApart, type WorkPlan } from "./work-apart.ts";

export interface HospitalOptions {
  readonly deviceCount: number;
  readonly seed: number;
  readonly work: WorkPlan;
  readonly link: SlowLink;
  /** Told what has been done, for whoever waits. */
  tell?(line: string): void;
}

export interface HospitalReport {
  readonly devices: number;
  readonly clinics: number;
  readonly seed: number;
  readonly hoursSilent: number;
  readonly link: SlowLink;
  readonly writes: {
    readonly all: number;
    readonly critical: number;
    readonly contested: number;
  };
  /** After the second in which they came back; null if that did not happen. */
  readonly convergedAfterMs: number | null;
  /** In words, what two devices show differently. */
  readonly difference: string | null;
  readonly timeToSafeMs: TimesToSafe;
  readonly serverWork: Traffic & {
    readonly logRows: number;
    readonly reviewsOpened: number;
  };
}

const minuteMs = 60_000;
const patienceMs = 60 * minuteMs;

/** What a run of 500 is, when nothing else is asked for. */
export const hospitalDefaults: Omit<HospitalOptions, "tell"> = {
  deviceCount: 500,
  seed: 1,
  work: { hours: 2, savesPerDevice: 4, criticalShare: 0.01 },
  link: { latencyMs: 300, jitterMs: 200, bytesPerSecond: 2_000 },
};

export async function runHospital({
  deviceCount,
  seed,
  work,
  link,
  tell = () => undefined,
}: HospitalOptions): Promise<HospitalReport> {
  const hospital = await foundWholeHospital({ deviceCount, seed });
  const { world, clinics } = hospital;
  try {
    const { disk } = world.server.machine;
    const rowsIn = (table: string) => serverRowCount(disk, table);
    tell(`${deviceCount} devices in ${clinics.length} clinics are connected`);
    await world.run(minuteMs);
    for (const device of world.devices) device.link.suffer(offline());
    const before = { log: rowsIn("log"), reviews: rowsIn("reviews") };
    const writings = await workApart(hospital, work);
    const count = (some: typeof writings) => some.length;
    const critical = writings.filter(({ isCritical }) => isCritical);
    const contested = writings.filter(({ isContested }) => isContested);
    tell(`${count(writings)} saves in ${work.hours} hours of silence`);
    const { backAtMs, convergedAfterMs, traffic } = await comeBack(
      hospital,
      link,
      patienceMs,
    );
    tell(
      convergedAfterMs === undefined
        ? "not everybody has everything"
        : `everybody has everything after ${convergedAfterMs / 1_000} s`,
    );
    const patientIds = new Set(critical.map(({ recordId }) => recordId));
    return {
      devices: deviceCount,
      clinics: clinics.length,
      seed,
      hoursSilent: work.hours,
      link,
      writes: {
        all: count(writings),
        critical: count(critical),
        contested: count(contested),
      },
      convergedAfterMs: convergedAfterMs ?? null,
      difference: await differenceShown(hospital, patientIds),
      timeToSafeMs: timesToSafe(hospital, writings, backAtMs),
      serverWork: {
        ...traffic,
        logRows: rowsIn("log") - before.log,
        reviewsOpened: rowsIn("reviews") - before.reviews,
      },
    };
  } finally {
    await world.close();
  }
}
