/** What a job is called, and how it stands: never "completed" while what was signed about it is contested. SPEC AP-41. */
import { isJobOver, type serviceJob, type TaskStatus } from "@suture/schema";
import type { RecordSnapshot } from "@suture/client";

export type Job = RecordSnapshot<typeof serviceJob>;
export type JobState = TaskStatus | "contested" | "unsigned";

export function jobTitle({ fields }: Job): string | null {
  const [code] = Object.values(fields.code).filter(
    ({ status }) => status === "active",
  );
  const words =
    code?.text ?? code?.coding?.find(({ display }) => display)?.display;
  return words ?? firstLine(fields.description);
}

export function jobState(job: Job): JobState {
  const service = job.group("service");
  if (service.status === "conflict") return "contested";
  const stated = job.fields.workStatus ?? "requested";
  if (service.content.completion !== null) return "completed";
  return stated === "completed" ? "unsigned" : stated;
}

/** Whether nobody has to do anything about it any more. */
export function isOver(job: Job): boolean {
  const service = job.group("service");
  return isJobOver(
    job.fields.workStatus,
    service.status === "settled" ? service.content : null,
  );
}

/** Everybody who wrote themselves down at once; the one that stands is last. */
export function holdersOf(job: Job): readonly unknown[] {
  return [...new Set(job.valuesOf("assigneeId"))];
}

const urgency = ["stat", "asap", "urgent", "routine"] as const;

/** Most urgent first, then what is wanted first. */
export function compareJobs(left: Job, right: Job): number {
  return (
    urgencyOf(left) - urgencyOf(right) ||
    startOf(left).localeCompare(startOf(right))
  );
}

function urgencyOf({ fields }: Job): number {
  return urgency.indexOf(fields.priority ?? "routine");
}

/** Without one, last. */
function startOf({ fields }: Job): string {
  return fields.requestedStart ?? "9999";
}

function firstLine(text: string): string | null {
  const [line = ""] = text.trim().split("\n");
  return line === "" ? null : line;
}
