import { useText } from "../text/use-text.ts";
import type { ServiceReading } from "./job-actions.tsx";
import { jobState, type Job } from "./job-words.ts";

export const missingId = "missing";

/** What keeps a job from being completed, in words; nothing where it is closed, or can be. */
export function Missing({
  job,
  service,
}: {
  readonly job: Job;
  readonly service: ServiceReading;
}) {
  const { jobs } = useText();
  const missing = whatIsMissing(service);
  if (missing === null || jobState(job) === "completed") return null;
  return (
    <p id={missingId} className="muted">
      {jobs.missing[missing]}
    </p>
  );
}

/** Null for nothing. */
export function whatIsMissing(
  service: ServiceReading,
): "contested" | "parts" | null {
  if (service.status === "conflict") return "contested";
  return Object.keys(service.content.partsReplaced).length === 0
    ? "parts"
    : null;
}
