/** A record's whole history from the server, page by page; where it does not answer, that is said. SPEC AP-89. */
import { useCallback } from "react";

import {
  err,
  ok,
  type RecordId,
  type Result,
  type RecordHistoryEntry,
} from "@suture/schema";

import type { ApiProblem } from "../http/api-problem.ts";
import { readHistoryPage } from "../http/history-api.ts";
import { useApi } from "../http/use-api.ts";
import { useAsked } from "../http/use-asked.ts";

export interface ServerHistory {
  readonly recordType: string;
  readonly entries: readonly RecordHistoryEntry[];
}

export function useRecordHistory(recordId: RecordId) {
  const api = useApi();
  const ask = useCallback(async (): Promise<
    Result<ServerHistory, ApiProblem>
  > => {
    const entries: RecordHistoryEntry[] = [];
    for (let after = 0; ;) {
      const page = await readHistoryPage(api, recordId, after);
      if (!page.ok) return err(page.error);
      entries.push(...page.value.entries);
      const { next, recordType } = page.value;
      if (next === null) return ok({ recordType, entries });
      after = next;
    }
  }, [api, recordId]);
  return useAsked(ask);
}
