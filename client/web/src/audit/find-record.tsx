/** A record by its name, number or id, among what this device holds. SPEC AP-87. */
import { useState } from "react";
import { Link } from "wouter";

import { isRecordId, sutureRecords, type RecordType } from "@suture/schema";
import { useClient, useRecordList } from "@suture/client/react";

import { recordLabel } from "../reviews/record-label.ts";
import { useNames } from "../reviews/use-names.ts";
import type { Names } from "../reviews/word-parts.ts";
import { useText } from "../text/use-text.ts";
import { MayHaveMore } from "../ui/may-have-more.tsx";
import { TextField } from "../ui/text-field.tsx";

export function FindRecord() {
  const { audit: text } = useText();
  const [sought, setSought] = useState("");
  const names = useNames();
  const term = sought.trim();
  return (
    <section className="find-record">
      <h2>{text.records.title}</h2>
      <TextField
        type="search"
        label={text.records.label}
        hint={text.records.hint}
        value={sought}
        onChange={setSought}
      />
      {term !== "" &&
        (isRecordId(term) ? (
          <p>
            <Link href={`/audit/records/${term}`}>{names.record(term)}</Link>
          </p>
        ) : (
          <Found term={term} names={names} />
        ))}
    </section>
  );
}

const perType = 8;

function Found({
  term,
  names,
}: {
  readonly term: string;
  readonly names: Names;
}) {
  const { audit: text } = useText();
  const lists = sutureRecords.map((type) => useMatches(type, term));
  const found = lists.flatMap(({ rows }) => rows);
  const isLoading = lists.some((list) => list.isLoading);
  if (found.length === 0)
    return isLoading ? (
      <p>{text.loading}</p>
    ) : (
      <p role="status">{text.records.none}</p>
    );
  const mayHaveMore = lists.some((list) => list.mayHaveMore);
  return (
    <>
      <ul className="found-records">
        {found.map(({ record }) => (
          <li key={record.id}>
            <Link href={`/audit/records/${record.id}`}>
              {text.records.open(
                recordLabel(record, names) ?? record.id,
                names.text.words[record.type] ?? record.type,
              )}
            </Link>
          </li>
        ))}
      </ul>
      <MayHaveMore list={{ rows: found, mayHaveMore }} />
    </>
  );
}

function useMatches(type: RecordType, matching: string) {
  return useRecordList(useClient().records(type), {
    matching,
    withEnteredInError: true,
    limit: perType,
  });
}
