import { recordIdSchema } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { MemberName } from "../ui/member-name.tsx";
import { Notice } from "../ui/notice.tsx";
import { holdersOf, type Job } from "./job-words.ts";

/** Whoever picked a job up at once, without having heard of each other: all of them are named. SPEC AP-42. */
export function SharedHands({ job }: { readonly job: Job }) {
  const { jobs } = useText();
  const holders = holdersOf(job).flatMap((id) => {
    const parsed = recordIdSchema.safeParse(id);
    return parsed.success ? [parsed.data] : [];
  });
  if (holders.length < 2) return null;
  return (
    <Notice tone="warning" title={jobs.takenAtOnce}>
      <ul>
        {holders.map((memberId) => (
          <li key={memberId}>
            <MemberName memberId={memberId} />
          </li>
        ))}
      </ul>
      <p>{jobs.takenAtOnceBody}</p>
    </Notice>
  );
}
