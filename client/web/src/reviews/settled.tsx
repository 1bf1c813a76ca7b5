import type { GroupDefinition, GroupReading } from "@suture/schema";

import { MemberName } from "../ui/member-name.tsx";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
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
  const signers = [
    ...new Set(
      reading.signatures.map(({ attribution }) => attribution.memberId),
    ),
  ];
  return (
    <section className="settled">
      <p>{text.settledText}</p>
      {signers.length > 1 && (
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
      <p className="hint">
        {text.signedByLabel}{" "}
        {signers.map((memberId, at) => (
          <span key={memberId}>
            {at > 0 && `, `}
            <MemberName memberId={memberId} />
          </span>
        ))}
      </p>
      <RecordLink recordId={record.id} recordType={record.type} names={names} />
    </section>
  );
}
