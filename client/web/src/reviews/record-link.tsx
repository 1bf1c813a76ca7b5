import type { RecordId } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { ButtonLink } from "../ui/button.tsx";
import type { Names } from "./word-parts.ts";

const pages: Readonly<Record<string, string>> = {
  patient: "/patients",
  appointment: "/appointments",
  serviceJob: "/jobs",
  equipment: "/equipment",
  member: "/admin/people",
  team: "/admin/teams",
};

/** To the page of a record; only its name where it has no page of its own. */
export function RecordLink({
  recordId,
  recordType,
  names,
}: {
  readonly recordId: RecordId;
  readonly recordType: string;
  readonly names: Names;
}) {
  const { reviews: text } = useText();
  const page = pages[recordType];
  const label = names.record(recordId);
  if (page === undefined) return <>{label}</>;
  const to = recordType === "team" ? page : `${page}/${recordId}`;
  return (
    <ButtonLink to={to}>
      {text.openRecord(names.text.words[recordType] ?? recordType, label)}
    </ButtonLink>
  );
}
