import { useMemo } from "react";

import type { appointment } from "@suture/schema";
import {
  useClient,
  useRecordList,
  type ShownRecord,
} from "@suture/client/react";

import { slotsOf, startMsOf } from "./slot.ts";

export interface Day {
  readonly rows: readonly ShownRecord<typeof appointment>[];
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
  readonly mayHaveMore: boolean;
}

/** More than a house of many clinics books in a day. */
const maxRows = 2_000;

/** Appointments of this device that begin within some hours, of any clinic it holds, the earliest first. At most two days by UTC. */
export function useDay(fromMs: number, toMs: number): Day {
  const { appointments } = useClient();
  // Starts are written in UTC, and found by how they begin; a local day lies in two of UTC's.
  const first = useRecordList(appointments, askedFor(fromMs));
  const second = useRecordList(appointments, askedFor(toMs - 1));
  const rows = useMemo(() => {
    const byId = new Map(
      [...first.rows, ...second.rows].map((row) => [row.record.id, row]),
    );
    return [...byId.values()]
      .filter(({ snapshot }) =>
        slotsOf(snapshot.group("slot")).some(({ period }) => {
          if (period === null) return false;
          const startMs = Date.parse(period.start);
          return startMs >= fromMs && startMs < toMs;
        }),
      )
      .sort(
        (left, right) => startMsOf(left.snapshot) - startMsOf(right.snapshot),
      );
  }, [first.rows, second.rows, fromMs, toMs]);
  return {
    rows,
    isLoading: first.isLoading || second.isLoading,
    hasFailed: first.hasFailed || second.hasFailed,
    mayHaveMore: first.mayHaveMore || second.mayHaveMore,
  };
}

function askedFor(atMs: number) {
  const day = new Date(atMs).toISOString().slice(0, 10);
  return { matching: `${day}T`, limit: maxRows };
}
