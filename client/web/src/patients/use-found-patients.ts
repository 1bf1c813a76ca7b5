import { useEffect, useMemo, useState } from "react";

import type { patient } from "@suture/schema";
import type { ListOptions } from "@suture/client";
import {
  useClient,
  useRecordList,
  type ShownRecord,
} from "@suture/client/react";

import { identitiesOf, wordsOf } from "./identity.ts";
import { fits, readQuery } from "./read-query.ts";

export interface FoundPatients {
  readonly rows: readonly ShownRecord<typeof patient>[];
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
  /** There may be more: `showMore`. */
  readonly isPartial: boolean;
  showMore(): void;
}

const pageSize = 80;
/** Of a search for several words, the device's index knows the most telling one; the others are looked at here. */
const enoughRows = 20;

/** Patients on this device that fit what was typed, by name; everybody for "". SPEC AP-20. */
export function useFoundPatients(
  typed: string,
  options: Omit<ListOptions, "matching" | "limit" | "after"> = {},
): FoundPatients {
  const query = useMemo(() => readQuery(typed), [typed]);
  const [asked, setAsked] = useState({ typed, limit: pageSize });
  const limit = asked.typed === typed ? asked.limit : pageSize;
  const { rows, isLoading, hasFailed, mayHaveMore } = useRecordList(
    useClient().patients,
    { ...options, matching: query.matching, limit },
  );
  const found = useMemo(
    () =>
      rows.filter(({ snapshot }) =>
        identitiesOf(snapshot.group("identity")).some((identity) =>
          fits(query, wordsOf(identity)),
        ),
      ),
    [rows, query],
  );
  const isPartial = !isLoading && mayHaveMore;
  const showMore = () => {
    if (isPartial) setAsked({ typed, limit: limit + 2 * pageSize });
  };
  const isShort = isPartial && found.length < enoughRows;
  useEffect(() => {
    if (isShort) setAsked({ typed, limit: limit + 4 * pageSize });
  }, [isShort, typed, limit]);
  return { rows: found, isLoading, hasFailed, isPartial, showMore };
}
