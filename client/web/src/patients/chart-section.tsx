/** What is prescribed and known: one content while it is settled; in conflict all versions, and what not to act on. SPEC AP-27, AP-28. */
import {
  patient,
  maySign,
  type Allergy,
  type GroupContent,
  type Medication,
  type Problem,
  type SafeEntry,
} from "@suture/schema";
import type { SutureRecord } from "@suture/client";
import { useGroup } from "@suture/client/react";
import type { ReactNode } from "react";
import { Link } from "wouter";

import { conceptName } from "./concept-name.ts";
import { useMe } from "../app/use-me.ts";
import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import type { Names } from "../reviews/word-parts.ts";
import { useText } from "../text/use-text.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { SafetyValue } from "../ui/safety-value.tsx";

type Prescribing = GroupContent<typeof patient, "prescribing">;
type ListPart = "medications" | "allergies" | "problems";

export function ChartSection({
  record,
}: {
  readonly record: SutureRecord<typeof patient>;
}) {
  const { chart, patients } = useText();
  const names = useNames();
  const { roles } = useMe();
  const reading = useGroup(record, "prescribing");
  const maySignIt = maySign(patient.groups.prescribing, [], roles);
  const path = `/patients/${record.id}`;
  return (
    <section aria-labelledby="chart" className="card">
      <h2 id="chart">{patients.sections.chart}</h2>
      <SafetyValue
        reading={reading}
        recordId={record.id}
        group="prescribing"
        renderContent={(content) => (
          <Content
            content={content}
            names={names}
            changePath={maySignIt && reading.status === "settled" ? path : null}
          />
        )}
        renderSafe={(safe) => (
          <>
            <SafeList
              title={chart.medications}
              part="medications"
              entries={safe.medications}
              names={names}
            />
            <SafeList
              title={chart.problems}
              part="problems"
              entries={safe.problems}
              names={names}
            />
          </>
        )}
      />
      {maySignIt && (
        <div className="actions no-print">
          <ButtonLink to={`${path}/medication`} look="primary">
            {chart.addMedication}
          </ButtonLink>
          <ButtonLink to={`${path}/allergy`}>{chart.addAllergy}</ButtonLink>
        </div>
      )}
    </section>
  );
}

function Content({
  content,
  names,
  changePath,
}: {
  readonly content: Prescribing;
  readonly names: Names;
  /** Null where nothing can be changed from here. */
  readonly changePath: string | null;
}) {
  const { chart } = useText();
  const list = (
    part: ListPart,
    title: string,
    none: string,
    form: string | null,
  ) => {
    const entries = Object.entries<Allergy | Medication | Problem>(
      content[part],
    );
    return (
      <>
        <h3>{title}</h3>
        {entries.length === 0 ? (
          <p className="muted">{none}</p>
        ) : (
          <ul className="entries">
            {entries.map(([entryId, entry]) => {
              const words = valueWords(part, entry, names);
              return (
                <li key={entryId}>
                  <span>{words}</span>
                  {form !== null && changePath !== null && (
                    <Link
                      href={`${changePath}/${form}/${entryId}`}
                      className="entry-action no-print"
                      aria-label={chart.changeOf(
                        conceptName(entry.code) ?? words,
                      )}
                    >
                      {form === "allergy"
                        ? chart.changeAllergy
                        : chart.changeMedication}
                    </Link>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </>
    );
  };
  return (
    <>
      {list(
        "medications",
        chart.medications,
        chart.noMedications,
        "medication",
      )}
      {list("allergies", chart.allergies, chart.allergiesUnasked, "allergy")}
      {list("problems", chart.problems, chart.noProblems, null)}
      {content.pregnancy !== null && (
        <>
          <h3>{chart.pregnancy}</h3>
          <p>{valueWords("pregnancy", content.pregnancy, names)}</p>
        </>
      )}
    </>
  );
}

/** Every version of every entry, with what it means that it is contested. */
function SafeList<E>({
  title,
  part,
  entries,
  names,
}: {
  readonly title: string;
  readonly part: ListPart;
  readonly entries: readonly SafeEntry<E>[];
  readonly names: Names;
}): ReactNode {
  const { chart } = useText();
  if (entries.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="entries">
        {entries.flatMap(({ entryId, versions, isContested, guidance }) =>
          versions.map((version, at) => (
            <li
              key={`${entryId} ${at}`}
              className={isContested ? "entry-contested" : ""}
            >
              <span>{valueWords(part, version, names)}</span>
              {isContested && (
                <span
                  className={`tag ${guidance === "do-not-act" ? "tag-danger" : "tag-warning"}`}
                >
                  <Icon name="alert" />{" "}
                  {guidance === "do-not-act" ? chart.doNotAct : chart.stands}
                </span>
              )}
            </li>
          )),
        )}
      </ul>
    </>
  );
}
