import { useText } from "../text/use-text.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { jobState, type Job, type JobState } from "./job-words.ts";

const icons: Readonly<Partial<Record<JobState, IconName>>> = {
  "in-progress": "jobs",
  completed: "check",
  contested: "branch",
  unsigned: "alert",
  failed: "cross",
  cancelled: "cross",
  rejected: "cross",
  "entered-in-error": "cross",
};

/** How the work stands, with an icon of its own. */
export function JobStateLabel({ job }: { readonly job: Job }) {
  const { jobs } = useText();
  const state = jobState(job);
  return (
    <span className={`job-state job-state-${state}`}>
      <Icon name={icons[state] ?? "clock"} />
      <span>{jobs.states[state]}</span>
    </span>
  );
}
