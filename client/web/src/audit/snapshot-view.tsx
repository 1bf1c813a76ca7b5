/** A record as it stood: fields and groups; of a group in conflict every candidate, marked, and never one of them alone. SPEC AP-90. */
import { groupOf, type RecordType } from "@suture/schema";
import type { RecordSnapshot } from "@suture/client";

import { ContentLines } from "../reviews/content-lines.tsx";
import { typeNamed } from "../reviews/read-queue.ts";
import { valueWords } from "../reviews/value-words.ts";
import { isObject, nameWords, type Names } from "../reviews/word-parts.ts";
import { useText } from "../text/use-text.ts";
import { Icon } from "../ui/icon.tsx";
import { Signature } from "../ui/signature.tsx";

export function SnapshotView({
  snapshot,
  recordType,
  names,
}: {
  readonly snapshot: RecordSnapshot<RecordType>;
  readonly recordType: string;
  readonly names: Names;
}) {
  const type = typeNamed(recordType);
  if (type === undefined) return null;
  return (
    <div className="snapshot card">
      {Object.keys(type.groups).map((name) => (
        <Group
          key={name}
          name={name}
          type={type}
          snapshot={snapshot}
          names={names}
        />
      ))}
      <Fields snapshot={snapshot} type={type} names={names} />
    </div>
  );
}

function Group({
  name,
  type,
  snapshot,
  names,
}: {
  readonly name: string;
  readonly type: RecordType;
  readonly snapshot: RecordSnapshot<RecordType>;
  readonly names: Names;
}) {
  const { common } = useText();
  const definition = groupOf(type, name);
  if (definition === undefined) return null;
  const reading = snapshot.group(name);
  const heading = <h3>{nameWords(name, names)}</h3>;
  if (reading.status === "settled") {
    if (reading.signatures.length === 0) return null;
    return (
      <section>
        {heading}
        <ContentLines
          definition={definition}
          content={reading.content}
          names={names}
        />
        {reading.signatures.map(({ opId, attribution }) => (
          <Signature key={opId} attribution={attribution} />
        ))}
      </section>
    );
  }
  return (
    <section className="contested">
      {heading}
      <p className="contested-mark">
        <Icon name="branch" />{" "}
        <strong>{common.inConflict(reading.candidates.length)}</strong>
      </p>
      <ul className="candidates" aria-label={common.candidates}>
        {reading.candidates.map(({ opId, content, attribution }) => (
          <li key={opId} className="candidate">
            <Signature attribution={attribution} />
            <ContentLines
              definition={definition}
              content={content}
              names={names}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fields({
  snapshot,
  type,
  names,
}: {
  readonly snapshot: RecordSnapshot<RecordType>;
  readonly type: RecordType;
  readonly names: Names;
}) {
  const { fields } = snapshot;
  const stated = Object.entries(type.fields).flatMap(([name, { kind }]) => {
    const value = fields[name];
    const values =
      kind === "set" && isObject(value) ? Object.values(value) : [value];
    const said = values.flatMap((each) =>
      each === undefined || each === null || each === ""
        ? []
        : [valueWords(name, each, names)],
    );
    return said.length === 0 ? [] : [{ name, said }];
  });
  if (stated.length === 0) return null;
  return (
    <dl className="content-lines">
      {stated.map(({ name, said }) => (
        <div key={name}>
          <dt>{nameWords(name, names)}</dt>
          {said.map((words, at) => (
            <dd key={at}>{words}</dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
