/** People, teams and devices. People and teams are records, edited offline like everything else; the rest needs the server. SPEC AP-73 to AP-79. */
import { Link, useLocation } from "wouter";

import { useMe } from "../app/use-me.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import "../reviews/reviews.css";
import "./admin.css";
import { DevicesView } from "./devices-view.tsx";
import { PeopleView } from "./people-view.tsx";
import { PersonView } from "./person-view.tsx";
import { TeamsView } from "./teams-view.tsx";

const views = ["people", "teams", "devices"] as const;

export function AdminPage() {
  const { admin: text } = useText();
  const { membership, roles } = useMe();
  const [path] = useLocation();
  useTitle(text.title);
  const [, , view = "people", id] = path.split("/");
  if (membership === null) return <h1>{text.title}</h1>;
  const { organizationId } = membership;
  if (!roles.has("admin") && !roles.has("manager"))
    return (
      <>
        <h1>{text.title}</h1>
        <Notice>{text.mayNot}</Notice>
      </>
    );
  return (
    <div className="admin">
      <h1>{text.title}</h1>
      <nav className="views" aria-label={text.tabs.label}>
        {views.map((one) => (
          <Link
            key={one}
            href={`/admin/${one}`}
            className="view-link"
            {...(one === view && { "aria-current": "page" as const })}
          >
            {text.tabs[one]}
          </Link>
        ))}
      </nav>
      {view === "people" && id === undefined && (
        <PeopleView organizationId={organizationId} />
      )}
      {view === "people" && id !== undefined && (
        <PersonView memberId={id} organizationId={organizationId} />
      )}
      {view === "teams" && <TeamsView organizationId={organizationId} />}
      {view === "devices" && <DevicesView organizationId={organizationId} />}
    </div>
  );
}
