import { Link } from "wouter";

import type { DamageReport } from "@suture/client";

import { useNameBook } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { recordPathOf } from "./record-path.ts";

/** More are counted: a notice is no list. */
const maxNamed = 12;

/** Which records lack changes that were here: by name those that have one here for this person, the others as a number. SPEC AP-178. */
export function MissingRecords({
  missing,
}: {
  readonly missing: DamageReport["missing"];
}) {
  const { shell, unsent } = useText();
  const { book, names } = useNameBook();
  const recordIds = [...new Set(missing.map(({ recordId }) => recordId))];
  const named = recordIds
    .flatMap((recordId) => {
      const label = book.labelOf(recordId, names);
      const type = book.recordOf(recordId)?.type;
      return label === null || type === undefined
        ? []
        : [{ recordId, type, words: `${unsent.types[type] ?? ""} ${label}` }];
    })
    .slice(0, maxNamed);
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
