import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import type { Rights } from "./rights-fields.tsx";

/** What somebody may do, in full. */
export function RightsList({ rights }: { readonly rights: Rights }) {
  const { admin: text, common } = useText();
  const names = useNames();
  return (
    <dl className="rights">
      <div>
        <dt>{text.rights.roles}</dt>
        <dd>
          {rights.roles.length === 0
            ? text.rights.noRole
            : rights.roles.map((role) => common.roles[role]).join(", ")}
        </dd>
      </div>
      <div>
        <dt>{text.rights.teams}</dt>
        <dd>
          {rights.teams.length === 0
            ? text.rights.noTeam
            : rights.teams.map((id) => names.record(id)).join(", ")}
        </dd>
      </div>
      <div>
        <dt>{text.rights.signIn}</dt>
        <dd>{rights.active ? text.rights.mayWork : text.rights.notActive}</dd>
      </div>
    </dl>
  );
}
