import type { GroupReading, member } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { Icon } from "../ui/icon.tsx";

type MembershipReading = GroupReading<
  (typeof member)["groups"]["membership"]["parts"]
>;

/** What somebody may do, in one line. While that is contested every version of it stands there. SPEC AP-74. */
export function RightsWords({
  reading,
}: {
  readonly reading: MembershipReading;
}) {
  const { admin: text, common } = useText();
  const words = ({
    roles,
    active,
  }: Extract<MembershipReading, { status: "settled" }>["content"]) =>
    [
      roles.length === 0
        ? text.rights.noRole
        : roles.map((role) => common.roles[role]).join(", "),
      ...(active ? [] : [text.rights.notActive]),
    ].join(" · ");
  if (reading.status === "settled")
    return <span className="hint">{words(reading.content)}</span>;
  return (
    <span className="rights-contested">
      <Icon name="branch" /> {text.rights.contested}{" "}
      {reading.candidates.map(({ opId, content }, at) => (
        <span key={opId}>
          {at > 0 && ` ${text.rights.or} `}
          {words(content)}
        </span>
      ))}
    </span>
  );
}
