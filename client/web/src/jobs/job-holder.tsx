import { useMe } from "../app/use-me.ts";
import { useText } from "../text/use-text.ts";
import { MemberName } from "../ui/member-name.tsx";
import type { Job } from "./job-words.ts";

/** In whose hands a job is. */
export function JobHolder({ job }: { readonly job: Job }) {
  const { jobs } = useText();
  const { membership } = useMe();
  const { assigneeId } = job.fields;
  if (assigneeId === undefined || assigneeId === null)
    return <>{jobs.nobody}</>;
  if (assigneeId === membership?.memberId) return <>{jobs.inYourHands}</>;
  return (
    <>
      {jobs.inHandsOf} <MemberName memberId={assigneeId} />
    </>
  );
}
