/** Reads a scope's chain page by page and keeps what fits. One chain at a time, newest first. SPEC AP-88, AP-119. */
import { useRef, useState } from "react";

import type { RecordId, ScopeId } from "@suture/schema";

import type { ApiProblem } from "../http/api-problem.ts";
import { readAuditPage, type ChainOf } from "../http/audit-api.ts";
import { useApi } from "../http/use-api.ts";
import { searchEntries, type FoundEntry, type Sought } from "./search-audit.ts";

export interface AuditSearchState {
  /** What was searched, whatever the form says by now. */
  readonly of: ChainOf;
  readonly found: readonly FoundEntry[];
  readonly lookedCount: number;
  /** Where to go on; undefined at the beginning, null at the end. */
  readonly next: string | null | undefined;
  readonly isReading: boolean;
  readonly problem: ApiProblem | null;
}

interface Where {
  readonly organizationId: RecordId;
  readonly scopeId: ScopeId;
}

/** So many entries are looked for at a time. */
const wanted = 50;

export function useAuditSearch() {
  const api = useApi();
  const [state, setState] = useState<AuditSearchState | null>(null);
  /** Rises with each search: one that was overtaken says nothing any more. */
  const round = useRef(0);

  async function search(
    where: Where,
    sought: Sought,
    before: AuditSearchState | null,
  ): Promise<void> {
    round.current += 1;
    const own = round.current;
    const chain = sought.kind === "reads" ? "reads" : "audit";
    let now: AuditSearchState = {
      of: { ...where, chain },
      found: before?.found ?? [],
      lookedCount: before?.lookedCount ?? 0,
      next: before?.next,
      isReading: true,
      problem: null,
    };
    const show = (part: Partial<AuditSearchState>) => {
      now = { ...now, ...part };
      if (own === round.current) setState(now);
    };
    show({});
    const goal = now.found.length + wanted;
    while (now.next !== null && now.found.length < goal) {
      const page = await readAuditPage(api, {
        ...now.of,
        order: "newest-first",
        ...(now.next !== undefined && { after: now.next }),
      });
      if (own !== round.current) return;
      if (!page.ok) {
        show({ problem: page.error, isReading: false });
        return;
      }
      const { entries, next } = page.value;
      show({
        found: [...now.found, ...searchEntries(entries, sought)],
        lookedCount: now.lookedCount + entries.length,
        next,
      });
    }
    show({ isReading: false });
  }

  return { state, search };
}
