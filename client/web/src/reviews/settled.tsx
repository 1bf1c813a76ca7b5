import type { GroupDefinition, GroupReading } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import { Signature } from "../ui/signature.tsx";
import { ContentLines } from "./content-lines.tsx";
import { RecordLink } from "./record-link.tsx";
import type { AnyRecord } from "./settle.ts";
import type { Names } from "./word-parts.ts";

/** What stands once a question is closed, and by whom: several who said the same are all named. SPEC AP-68. */
export function Settled({
  record,
  definition,
  reading,
  names,
}: {
  readonly record: AnyRecord;
  readonly group: string;
  readonly definition: GroupDefinition;
  readonly reading: Extract<GroupReading, { readonly status: "settled" }>;
  readonly names: Names;
}) {
  const { reviews: text } = useText();
  const [first, ...others] = reading.signatures.map(
    ({ attribution }) => attribution.memberId,
  );
  const hasSeveralSigners = others.some((memberId) => memberId !== first);
  return (
    <section className="settled">
      <p>{text.settledText}</p>
      {hasSeveralSigners && (
        <Notice tone="good">
          <p>{text.agreement}</p>
        </Notice>
      )}
      <h2>{text.standsNow}</h2>
      <ContentLines
        definition={definition}
        content={reading.content}
        names={names}
      />
      <h3>{text.signedByLabel}</h3>
      {reading.signatures.map(({ opId, attribution }) => (
        <Signature key={opId} attribution={attribution} />
      ))}
      <RecordLink recordId={record.id} recordType={record.type} names={names} />
    </section>
  );
}
