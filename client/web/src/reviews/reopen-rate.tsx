/** How many saves were opened again only to look, week by week: whether people trust what "saved" says. SPEC AP-118. */
import { useCallback } from "react";

import type { RecordId } from "@suture/schema";

import { problemWords } from "../http/problem-notice.tsx";
import { readReopenWeeks } from "../http/reopen-counts-api.ts";
import { useApi } from "../http/use-api.ts";
import { useAsked } from "../http/use-asked.ts";
import { useText } from "../text/use-text.ts";

export function ReopenRate({
  organizationId,
}: {
  readonly organizationId: RecordId;
}) {
  const { reviews: text, common, http } = useText();
  const { reopens } = text;
  const api = useApi();
  const ask = useCallback(
    () => readReopenWeeks(api, organizationId),
    [api, organizationId],
  );
  const asked = useAsked(ask);
  const weeks = asked.value?.weeks;
  return (
    <section className="reopens" aria-labelledby="reopens-title">
      <h2 id="reopens-title">{reopens.title}</h2>
      <p className="hint">{reopens.intro}</p>
      {asked.state === "failed" && <p>{problemWords(asked.problem, http)}</p>}
      {asked.state === "asking" && weeks === undefined && <p>{http.asking}</p>}
      {weeks?.length === 0 && <p>{reopens.none}</p>}
      {weeks !== undefined && weeks.length > 0 && (
        <ul className="reopen-weeks">
          {weeks.map(({ fromDay, reopenCount, saveCount, deviceCount }) => (
            <li key={fromDay}>
              <span className="hint">
                {reopens.weekFrom(common.partialDate(fromDay))}
              </span>{" "}
              <strong>{reopens.rate(reopenCount, saveCount)}</strong>{" "}
              <span className="hint">{reopens.devices(deviceCount)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
