/** My jobs, and those that can be picked up: what nobody has, and what colleagues have. SPEC AP-40. */
import { useId, useState } from "react";

import type { RecordId } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { MayHaveMore } from "../ui/may-have-more.tsx";
import { Notice } from "../ui/notice.tsx";
import { JobCard } from "./job-card.tsx";
import {
  useJobsDoneBy,
  useJobsOfNobody,
  useJobsOfOthers,
  useOpenJobsOf,
  type JobRows,
} from "./use-open-jobs.ts";

export function JobsPage() {
  const { jobs } = useText();
  const { membership } = useMe();
  useTitle(jobs.title);
  return membership === null ? null : <JobsFor me={membership.memberId} />;
}

function JobsFor({ me }: { readonly me: RecordId }) {
  const { jobs, common } = useText();
  const mine = useOpenJobsOf(me);
  const free = useJobsOfNobody();
  const theirs = useJobsOfOthers(me);
  const lists = [mine, free, theirs];
  const isNothing = lists.every(({ rows }) => rows.length === 0);
  if (isNothing && lists.some(({ isLoading }) => isLoading))
    return (
      <>
        <h1>{jobs.title}</h1>
        <p className="loading">{common.loading}</p>
      </>
    );
  return (
    <>
      <h1>{jobs.title}</h1>
      {lists.some(({ hasFailed }) => hasFailed) && (
        <Notice tone="danger">{common.storeFailed}</Notice>
      )}
      <JobList title={jobs.mine} list={mine} />
      {mine.rows.length === 0 && (
        <EmptyState title={jobs.noneMine}>
          <p>{jobs.noneMineBody}</p>
        </EmptyState>
      )}
      <JobList title={jobs.free} list={free} />
      <JobList title={jobs.colleagues} list={theirs} withHolder />
      {free.rows.length === 0 && theirs.rows.length === 0 && (
        <p className="muted jobs-end">{jobs.noneOpen}</p>
      )}
      <DoneByMe me={me} />
    </>
  );
}

function JobList({
  title,
  list,
  withHolder = false,
}: {
  readonly title: string;
  readonly list: JobRows;
  readonly withHolder?: boolean;
}) {
  const id = useId();
  const { rows } = list;
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
      <MayHaveMore list={list} />
    </section>
  );
}

const doneAtOnce = 100;

function DoneByMe({ me }: { readonly me: RecordId }) {
  const { jobs } = useText();
  const [isOpen, setIsOpen] = useState(false);
  // Whether there is any is one record to read.
  const done = useJobsDoneBy(me, isOpen ? doneAtOnce : 1);
  if (done.rows.length === 0) return null;
  return (
    <>
      <div className="actions">
        <Button aria-expanded={isOpen} onPress={() => setIsOpen(!isOpen)}>
          {isOpen ? jobs.hideDone : jobs.showDone}
        </Button>
      </div>
      {isOpen && <JobList title={jobs.done} list={done} />}
    </>
  );
}
