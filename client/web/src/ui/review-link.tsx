import { Link } from "wouter";

import { reviewIdOf, type RecordId } from "@suture/schema";

import { useText } from "../text/use-text.ts";

/** To the question that a group's conflict asks; to the queue where the group is not named. */
export function ReviewLink({
  recordId,
  group,
}: {
  readonly recordId: RecordId;
  readonly group: string | undefined;
}) {
  const { common } = useText();
  const path =
    group === undefined
      ? "/reviews"
      : `/reviews/${reviewIdOf({ kind: "conflict", recordId, group })}`;
  return (
    <Link href={path} className="no-print">
      {common.toReview}
    </Link>
  );
}
