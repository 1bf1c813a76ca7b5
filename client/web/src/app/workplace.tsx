import { useClient, useRecord, useRecordList } from "@suture/client/react";
import type { Membership } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { MemberName } from "../ui/member-name.tsx";
import { useMe } from "./use-me.ts";

/** Who is signed in, and where: the organization, the teams, in which roles. */
export function Workplace() {
  const { shell } = useText();
  const { membership } = useMe();
  return (
    <div className="workplace">
      {membership === null ? (
        <span>{shell.noWorkplace}</span>
      ) : (
        <WorkplaceOf membership={membership} />
      )}
    </div>
  );
}

function WorkplaceOf({ membership }: { readonly membership: Membership }) {
  const { common } = useText();
  const client = useClient();
  const house = useRecord(client.organizations, membership.organizationId);
  const { rows } = useRecordList(client.teams, { limit: 200 });
  const own = new Set(membership.teamIds);
  const teams = rows.flatMap(({ record, snapshot }) =>
    own.has(record.id) ? [snapshot.fields.name ?? ""] : [],
  );
  const where = house.state === "open" ? house.snapshot.fields.name : null;
  const roles = membership.roles.map((role) => common.roles[role]).join(", ");
  return (
    <>
      <span className="workplace-who">
        <MemberName memberId={membership.memberId} />
        <span className="workplace-roles"> · {roles}</span>
      </span>
      <span className="workplace-where">
        {[where, ...teams].filter(Boolean).join(" · ")}
      </span>
    </>
  );
}
