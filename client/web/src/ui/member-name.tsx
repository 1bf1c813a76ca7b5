import type { RecordId } from "@suture/schema";
import { useClient, useRecord } from "@suture/client/react";

import { useText } from "../text/use-text.ts";

/** A colleague's name as their member record has it; says so where the record is not on this device. */
export function MemberName({ memberId }: { readonly memberId: RecordId }) {
  const { common } = useText();
  const reading = useRecord(useClient().members, memberId);
  if (reading.state === "loading") return <>…</>;
  const name =
    reading.state === "open" ? reading.snapshot.fields.displayName : null;
  return <>{name ?? common.unknownMember}</>;
}
