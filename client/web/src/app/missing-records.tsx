import { Link } from "wouter";

import type { RecordId } from "@suture/schema";
import type { DamageReport } from "@suture/client";

import { useNameBook } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { recordPathOf } from "./record-path.ts";

/** More are counted: a notice is no list. */
const maxNamed = 12;

/** Each that has no name here is sought among all types, and again after whatever the device hears. */
const maxSought = 36;

/** Which records lack changes that were here: by name those that have one here for this person, the others as a number. SPEC AP-178. */
export function MissingRecords({
  missing,
}: {
  readonly missing: DamageReport["missing"];
}) {
  const { shell, unsent } = useText();
  const { book, names } = useNameBook();
  const recordIds = [...new Set(missing.map(({ recordId }) => recordId))];
  const named: { recordId: RecordId; type: string; words: string }[] = [];
  for (const recordId of recordIds.slice(0, maxSought)) {
    if (named.length === maxNamed) break;
    const label = book.labelOf(recordId, names);
    const type = book.recordOf(recordId)?.type;
    if (label !== null && type !== undefined)
      named.push({
        ...{ recordId, type },
        words: `${unsent.types[type] ?? ""} ${label}`,
      });
  }
  const otherCount = recordIds.length - named.length;
  return (
    <>
      <p>{shell.damage.missing(missing.length, recordIds.length)}</p>
      {named.length > 0 && (
        <ul className="missing-records">
          {named.map(({ recordId, type, words }) => {
            const path = recordPathOf(type, recordId);
            return (
              <li key={recordId}>
                {path === null ? words : <Link href={path}>{words}</Link>}
              </li>
            );
          })}
        </ul>
      )}
      {otherCount > 0 && <p>{shell.damage.others(otherCount, named.length)}</p>}
    </>
  );
}
