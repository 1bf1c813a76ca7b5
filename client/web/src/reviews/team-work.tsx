/** Work that is on colleagues' devices only, by their own word. SPEC AP-70. */
import { useCallback } from "react";

import { err } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useNow } from "../app/use-now.ts";
import { withoutServer } from "../http/api-problem.ts";
import { listDevices } from "../http/devices-api.ts";
import { ProblemNotice } from "../http/problem-notice.tsx";
import { useApi } from "../http/use-api.ts";
import { useAsked } from "../http/use-asked.ts";
import { useText } from "../text/use-text.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { MemberName } from "../ui/member-name.tsx";
import { ReopenRate } from "./reopen-rate.tsx";
import { teamRows, type TeamRow } from "./team-rows.ts";
import { usePresence } from "./use-presence.ts";

export function TeamWork() {
  const { reviews: text, http } = useText();
  const { membership } = useMe();
  const api = useApi();
  const presence = usePresence();
  const nowMs = useNow();
  const organizationId = membership?.organizationId;
  const ask = useCallback(
    () =>
      organizationId === undefined
        ? Promise.resolve(err(withoutServer("needs-server")))
        : listDevices(api, organizationId),
    [api, organizationId],
  );
  const asked = useAsked(ask);
  const rows = teamRows(asked.value?.devices ?? [], presence);
  return (
    <>
      <p className="hint">{text.team.intro}</p>
      {asked.state === "failed" && (
        <ProblemNotice problem={asked.problem} onAgain={asked.again}>
          <p>{text.team.offline}</p>
        </ProblemNotice>
      )}
      {asked.state === "asking" && rows.length === 0 && <p>{http.asking}</p>}
      {asked.state !== "asking" && rows.length === 0 && (
        <EmptyState title={text.team.none} />
      )}
      <ul className="team-rows">
        {rows.map((row) => (
          <li key={`${row.deviceId} ${row.memberId}`}>
            <TeamCard row={row} nowMs={nowMs} />
          </li>
        ))}
      </ul>
      {organizationId !== undefined && (
        <ReopenRate organizationId={organizationId} />
      )}
    </>
  );
}

function TeamCard({
  row,
  nowMs,
}: {
  readonly row: TeamRow;
  readonly nowMs: number;
}) {
  const { reviews: text, common } = useText();
  const { team } = text;
  const hasWork = row.criticalCount + row.otherCount > 0;
  return (
    <article className={`team-row card${hasWork ? " has-work" : ""}`}>
      <p className="team-who">
        <strong>
          <MemberName memberId={row.memberId} />
        </strong>{" "}
        <span className="hint">
          {row.deviceName ?? text.unnamedDevice(row.deviceId.slice(0, 4))}
        </span>
      </p>
      <p className="team-state">
        <Icon name={row.isConnected ? "check" : "cloudOff"} />{" "}
        {row.isConnected ? team.connected : team.notConnected}
        {row.seenAtMs !== null && !row.isConnected && (
          <span className="hint">
            {" "}
            {team.seen(common.dateTime(row.seenAtMs))}
          </span>
        )}
      </p>
      <p className="team-work">
        {hasWork ? (
          <>
            <Icon name={row.criticalCount > 0 ? "alert" : "cloudUp"} />{" "}
            <strong>{team.work(row.criticalCount, row.otherCount)}</strong>
            {row.oldestAtMs !== null && (
              <span className="hint">
                {" "}
                {team.oldest(common.age(nowMs - row.oldestAtMs))}
              </span>
            )}
          </>
        ) : (
          <span className="muted">{team.nothing}</span>
        )}
      </p>
      {row.isQuarantined && (
        <p className="team-flag">
          <Icon name="alert" /> {team.quarantined}
        </p>
      )}
      {row.isRevoked && (
        <p className="team-flag">
          <Icon name="cross" /> {team.revoked}
        </p>
      )}
      {row.unseenSignatureCount > 0 && (
        <p className="team-flag">
          <Icon name="alert" /> {team.unseen(row.unseenSignatureCount)}
        </p>
      )}
    </article>
  );
}
