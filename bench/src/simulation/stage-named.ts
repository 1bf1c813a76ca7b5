import { clinicDay } from "./clinic-day.ts";
import { ordinaryRun } from "./ordinary-run.ts";
import type { Stage, StageName } from "./stage.ts";

const stages: Readonly<Record<StageName, () => Promise<Stage>>> = {
  ordinary: ordinaryRun,
  day: clinicDay,
};

/** What all stages share, the founded hospital, is built once in a process. */
export function stageNamed(name: StageName): Promise<Stage> {
  return stages[name]();
}
