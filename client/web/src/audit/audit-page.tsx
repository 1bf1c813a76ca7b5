/** For auditors: find a record or an entry, read a history, verify the chains. Nothing here writes. SPEC AP-85 to AP-94. */
import { Link, useLocation } from "wouter";

import { recordIdSchema } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import "../reviews/reviews.css";
import "./audit.css";
import { AuditSearch } from "./audit-search.tsx";
import { ChainsView } from "./chains-view.tsx";
import { FindRecord } from "./find-record.tsx";
import { RecordAudit } from "./record-audit.tsx";

const views = ["search", "chains"] as const;

export function AuditPage() {
  const { audit: text } = useText();
  const { membership, roles } = useMe();
  const [path] = useLocation();
  useTitle(text.title);
  const [, , view = "search", id = ""] = path.split("/");
  if (membership === null) return <h1>{text.title}</h1>;
  if (!roles.has("auditor") && !roles.has("admin"))
    return (
      <>
        <h1>{text.title}</h1>
        <Notice>{text.mayNot}</Notice>
      </>
    );
  const recordId = recordIdSchema.safeParse(id);
  if (view === "records" && recordId.success)
    return <RecordAudit recordId={recordId.data} key={recordId.data} />;
  const { organizationId } = membership;
  return (
    <div className="audit">
      <h1>{text.title}</h1>
      <p className="hint">{text.intro}</p>
      <nav className="views" aria-label={text.tabs.label}>
        {views.map((one) => (
          <Link
            key={one}
            href={one === "search" ? "/audit" : `/audit/${one}`}
            className="view-link"
            {...(one === view && { "aria-current": "page" as const })}
          >
            {text.tabs[one]}
          </Link>
        ))}
      </nav>
      {view === "chains" ? (
        <ChainsView organizationId={organizationId} />
      ) : (
        <>
          <FindRecord />
          <AuditSearch organizationId={organizationId} />
        </>
      )}
    </div>
  );
}
