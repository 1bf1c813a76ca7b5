/** My jobs, and those that can be picked up: what nobody has, and what colleagues have. SPEC AP-40. */
import { useId, useState } from "react";

import type { RecordId } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Notice } from "../ui/notice.tsx";
import { JobCard } from "./job-card.tsx";
import { isOver } from "./job-words.ts";
import { useJobsOf, useOpenJobs, type JobRow } from "./use-open-jobs.ts";

export function JobsPage() {
  const { jobs } = useText();
  const { membership } = useMe();
  useTitle(jobs.title);
  return membership === null ? null : <JobsFor me={membership.memberId} />;
}

function JobsFor({ me }: { readonly me: RecordId }) {
  const { jobs, common } = useText();
  const own = useJobsOf(me);
  const { rows, isLoading, hasFailed } = useOpenJobs(own);
  const holderOf = ({ snapshot }: JobRow) => snapshot.fields.assigneeId ?? null;
  const mine = rows.filter((row) => holderOf(row) === me);
  const free = rows.filter((row) => holderOf(row) === null);
  const theirs = rows.filter(
    (row) => holderOf(row) !== null && holderOf(row) !== me,
  );
  if (isLoading && rows.length === 0)
    return (
      <>
        <h1>{jobs.title}</h1>
        <p className="loading">{common.loading}</p>
      </>
    );
  return (
    <>
      <h1>{jobs.title}</h1>
      {hasFailed && <Notice tone="danger">{common.storeFailed}</Notice>}
      <JobList title={jobs.mine} rows={mine} />
      {mine.length === 0 && (
        <EmptyState title={jobs.noneMine}>
          <p>{jobs.noneMineBody}</p>
        </EmptyState>
      )}
      <JobList title={jobs.free} rows={free} />
      <JobList title={jobs.colleagues} rows={theirs} withHolder />
      {free.length === 0 && theirs.length === 0 && (
        <p className="muted jobs-end">{jobs.noneOpen}</p>
      )}
      <DoneByMe rows={own.rows.filter(({ snapshot }) => isOver(snapshot))} />
    </>
  );
}

function JobList({
  title,
  rows,
  withHolder = false,
}: {
  readonly title: string;
  readonly rows: readonly JobRow[];
  readonly withHolder?: boolean;
}) {
  const id = useId();
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title} ({rows.length})
      </h2>
      <ul className="cards" aria-labelledby={id}>
        {rows.map((row) => (
          <li key={row.record.id}>
            <JobCard row={row} withHolder={withHolder} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function DoneByMe({ rows }: { readonly rows: readonly JobRow[] }) {
  const { jobs } = useText();
  const [isOpen, setIsOpen] = useState(false);
  if (rows.length === 0) return null;
  return (
    <>
      <div className="actions">
        <Button aria-expanded={isOpen} onPress={() => setIsOpen(!isOpen)}>
          {isOpen ? jobs.hideDone : jobs.showDone}
        </Button>
      </div>
      {isOpen && <JobList title={jobs.done} rows={rows} />}
    </>
  );
}
