/** What was refused and is kept, to be read and taken over. The server holds it, and notes each look. SPEC AP-71, AP-72. */
import { useCallback, useState } from "react";

import {
  err,
  type RecordId,
  type Result,
  type StrandedDescription,
  type StrandedSummary,
} from "@suture/schema";

import { useApp } from "../app/app-deps.tsx";
import { fileStamp, jsonFile } from "../app/unsent/use-save-unsent.ts";
import { useMe } from "../app/use-me.ts";
import { editWords } from "../audit/edit-words.ts";
import { serverEdit } from "../audit/timeline-entries.ts";
import { withoutServer, type ApiProblem } from "../http/api-problem.ts";
import { ProblemNotice, problemWords } from "../http/problem-notice.tsx";
import {
  decideRefused,
  exportRefused,
  listRefused,
  readRefused,
} from "../http/stranded-api.ts";
import { useApi } from "../http/use-api.ts";
import { useAsked } from "../http/use-asked.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { MemberName } from "../ui/member-name.tsx";
import { Notice } from "../ui/notice.tsx";
import { SignDialog } from "./sign-dialog.tsx";
import { useNames } from "./use-names.ts";
import { nameWords, type Names } from "./word-parts.ts";

type Page = {
  readonly stranded: readonly StrandedSummary[];
  readonly next: number | null;
};

export function StrandedList() {
  const { reviews: text, http } = useText();
  const { membership } = useMe();
  const organizationId = membership?.organizationId;
  const api = useApi();
  const names = useNames();
  const [older, setOlder] = useState<Page | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const ask = useCallback(
    (): Promise<Result<Page, ApiProblem>> =>
      organizationId === undefined
        ? Promise.resolve(err(withoutServer("needs-server")))
        : listRefused(api, organizationId),
    [api, organizationId],
  );
  const asked = useAsked(ask);
  const first = asked.value;
  if (asked.state === "failed")
    return <ProblemNotice problem={asked.problem} onAgain={asked.again} />;
  if (first === null || organizationId === undefined)
    return <p>{http.asking}</p>;
  const stranded = [...first.stranded, ...(older?.stranded ?? [])];
  const next = older === null ? first.next : older.next;

  async function more(before: number, of: RecordId): Promise<void> {
    const page = await listRefused(api, of, before);
    if (page.ok)
      setOlder({
        stranded: [...(older?.stranded ?? []), ...page.value.stranded],
        next: page.value.next,
      });
    setProblem(page.ok ? null : page.error);
  }

  return (
    <>
      <p className="hint">{text.stranded.intro}</p>
      {stranded.length === 0 && <EmptyState title={text.stranded.none} />}
      <ul className="cards">
        {stranded.map((summary) => (
          <li key={summary.hash}>
            <StrandedCard
              summary={summary}
              organizationId={organizationId}
              names={names}
            />
          </li>
        ))}
      </ul>
      {problem !== null && <ProblemNotice problem={problem} />}
      {next !== null && (
        <Button onPress={() => void more(next, organizationId)}>
          {text.stranded.more}
        </Button>
      )}
    </>
  );
}

interface CardProps {
  readonly summary: StrandedSummary;
  readonly organizationId: RecordId;
  readonly names: Names;
}

function StrandedCard({ summary, organizationId, names }: CardProps) {
  const { reviews: text, common, values } = useText();
  const [isRead, setRead] = useState(false);
  const { recordId, recordType, memberId, refusedAtMs, message } = summary;
  return (
    <article className="card refused">
      <h2 className="refused-title">
        {recordType === null
          ? values.thisRecord
          : `${names.record(recordId)} (${values.words[recordType] ?? recordType})`}
      </h2>
      <dl className="answer-facts">
        <div>
          <dt>{text.stranded.why}</dt>
          <dd>{sentence(message)}</dd>
        </div>
        <div>
          <dt>{text.stranded.by}</dt>
          <dd>
            <MemberName memberId={memberId} />
          </dd>
        </div>
        <div>
          <dt>{text.stranded.at}</dt>
          <dd>{common.dateTime(refusedAtMs)}</dd>
        </div>
      </dl>
      <Button aria-expanded={isRead} onPress={() => setRead(!isRead)}>
        {text.stranded.show}
      </Button>
      {isRead && (
        <Detail
          summary={summary}
          organizationId={organizationId}
          names={names}
        />
      )}
    </article>
  );
}

/** The server gives its reasons as clauses. */
function sentence(reason: string): string {
  const [first = "", ...rest] = reason;
  return `${first.toUpperCase()}${rest.join("")}${reason.endsWith(".") ? "" : "."}`;
}

function Detail({ summary, organizationId, names }: CardProps) {
  const { http } = useText();
  const api = useApi();
  const { hash } = summary;
  const ask = useCallback(
    () => readRefused(api, { organizationId, hash }),
    [api, organizationId, hash],
  );
  const asked = useAsked(ask);
  if (asked.state === "failed")
    return <ProblemNotice problem={asked.problem} onAgain={asked.again} />;
  if (asked.value === null) return <p>{http.asking}</p>;
  return (
    <>
      <Tried detail={asked.value} names={names} />
      <Decisions detail={asked.value} organizationId={organizationId} />
    </>
  );
}

function Tried({
  detail,
  names,
}: {
  readonly detail: StrandedDescription;
  readonly names: Names;
}) {
  const { reviews: text, audit } = useText();
  const edits = (detail.tried ?? []).flatMap(serverEdit);
  return (
    <section className="tried">
      <h3>{text.stranded.what}</h3>
      {detail.tried === null && <p>{text.stranded.unreadable}</p>}
      <ul className="edits">
        {edits.map((edit, at) => {
          const { before, after } = editWords(edit, names, audit.timeline);
          return (
            <li key={at}>
              <span className="edit-name">{nameWords(edit.name, names)}</span>
              {before !== null && (
                <>
                  <del>{before}</del>
                  <span aria-hidden="true"> → </span>
                </>
              )}
              <ins>{after}</ins>
            </li>
          );
        })}
        {detail.typed.map(({ target, inserted, deletedCount }) => (
          <li key={target}>
            {text.stranded.typed(nameWords(target, names), inserted)}
            {deletedCount > 0 && ` ${text.stranded.taken(deletedCount)}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decisions({
  detail,
  organizationId,
}: {
  readonly detail: StrandedDescription;
  readonly organizationId: RecordId;
}) {
  const { reviews: text, http } = useText();
  const { roles } = useMe();
  const { saveFile, clock } = useApp();
  const api = useApi();
  const [verb, setVerb] = useState<"adopt" | "dismiss" | null>(null);
  const [state, setState] = useState(detail.state);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const refused = { organizationId, hash: detail.hash };
  const mayDecide = roles.has("manager") || roles.has("admin");
  const isAdoptable = state.kind === "open" || state.kind === "dismissed";

  async function decide(reason: string): Promise<string | null> {
    if (verb === null) return null;
    const decided = await decideRefused(api, refused, verb, reason);
    if (!decided.ok) return problemWords(decided.error, http);
    setState(decided.value.state);
    setVerb(null);
    return null;
  }

  async function save(): Promise<void> {
    const copy = await exportRefused(api, refused);
    if (copy.ok)
      saveFile(
        text.stranded.fileName(fileStamp(clock.now())),
        jsonFile(copy.value),
      );
    setProblem(copy.ok ? null : copy.error);
  }

  return (
    <>
      {state.kind !== "open" && (
        <Notice tone="good" isLive>
          {text.stranded.states[state.kind]}
        </Notice>
      )}
      {!mayDecide && <p className="hint">{text.stranded.mayNotDecide}</p>}
      <div className="actions">
        {mayDecide && isAdoptable && (
          <Button look="primary" onPress={() => setVerb("adopt")}>
            {text.stranded.adopt}
          </Button>
        )}
        {mayDecide && state.kind === "open" && (
          <Button onPress={() => setVerb("dismiss")}>
            {text.stranded.dismiss}
          </Button>
        )}
        <Button look="quiet" onPress={() => void save()}>
          {text.stranded.save}
        </Button>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
      <SignDialog
        title={
          verb === "dismiss"
            ? text.stranded.dismissTitle
            : text.stranded.adoptTitle
        }
        confirm={
          verb === "dismiss" ? text.stranded.dismiss : text.stranded.adopt
        }
        isOpen={verb !== null}
        onClose={() => setVerb(null)}
        onSign={decide}
        reasonLabel={text.stranded.reason}
        about={detail.hash}
      >
        <p>
          {verb === "dismiss"
            ? text.stranded.dismissText
            : text.stranded.adoptText}
        </p>
      </SignDialog>
    </>
  );
}
