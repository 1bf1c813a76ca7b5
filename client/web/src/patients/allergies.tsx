/**
 * What a patient must not be given, always in view. An empty list says that nobody asked, which is not "none"; while it is in
 * conflict the union of all versions counts, each marked. SPEC AP-24, AP-25.
 */
import {
  deniedKind,
  type Allergy,
  type GroupReading,
  type patient,
} from "@suture/schema";

import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import type { Names } from "../reviews/word-parts.ts";
import { useText } from "../text/use-text.ts";
import { Icon } from "../ui/icon.tsx";

export type PrescribingReading = GroupReading<
  (typeof patient)["groups"]["prescribing"]["parts"]
>;

export function AllergiesInView({
  reading,
}: {
  readonly reading: PrescribingReading;
}) {
  const { chart } = useText();
  const names = useNames();
  if (reading.status === "conflict") {
    const entries = reading.safe.allergies;
    return (
      <div className="allergies allergies-contested">
        <p className="allergies-title">
          <Icon name="branch" />{" "}
          <strong>
            {entries.some(({ isContested }) => isContested)
              ? chart.allergiesContested
              : chart.allergiesAgreed}
          </strong>
        </p>
        {entries.length === 0 ? (
          <p>{chart.allergiesUnasked}</p>
        ) : (
          <ul>
            {entries.flatMap(({ entryId, versions, isContested }) =>
              versions.map((allergy, at) => (
                <li key={`${entryId} ${at}`}>
                  <AllergyWords allergy={allergy} names={names} />
                  {isContested && (
                    <span className="tag tag-warning">{chart.stands}</span>
                  )}
                </li>
              )),
            )}
          </ul>
        )}
      </div>
    );
  }
  const allergies = Object.entries(reading.content.allergies);
  if (allergies.length === 0)
    return (
      <p className="allergies allergies-unasked">
        <Icon name="info" /> {chart.allergiesUnasked}
      </p>
    );
  const isRisk = allergies.some(([, allergy]) => deniedKind(allergy) === null);
  return (
    <div className={`allergies ${isRisk ? "allergies-risk" : ""}`}>
      <p className="allergies-title">
        <Icon name={isRisk ? "alert" : "info"} />{" "}
        <strong>{chart.allergies}</strong>
      </p>
      <ul>
        {allergies.map(([entryId, allergy]) => (
          <li key={entryId}>
            <AllergyWords allergy={allergy} names={names} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function AllergyWords({
  allergy,
  names,
}: {
  readonly allergy: Allergy;
  readonly names: Names;
}) {
  return <span>{valueWords("allergies", allergy, names)}</span>;
}
