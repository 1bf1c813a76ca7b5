import type { ReactNode } from "react";

import { recordIdSchema, type RecordId, type RecordType } from "@suture/schema";
import type { Repository } from "@suture/client";
import { useRecord, type ShownRecord } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";

/** Shows a record once it is open, and says why where it cannot be. `id` is what stands in the address. */
export function RecordGate<R extends RecordType>({
  repository,
  id,
  children,
}: {
  readonly repository: Repository<R>;
  readonly id: string;
  children(shown: ShownRecord<R>): ReactNode;
}) {
  const { common } = useText();
  const parsed = recordIdSchema.safeParse(id);
  if (!parsed.success)
    return (
      <Notice tone="warning">{common.recordProblem["record-unknown"]}</Notice>
    );
  return (
    <OpenGate repository={repository} id={parsed.data}>
      {children}
    </OpenGate>
  );
}

function OpenGate<R extends RecordType>({
  repository,
  id,
  children,
}: {
  readonly repository: Repository<R>;
  readonly id: RecordId;
  children(shown: ShownRecord<R>): ReactNode;
}) {
  const { common } = useText();
  const reading = useRecord(repository, id);
  switch (reading.state) {
    case "loading":
      return <p className="loading">{common.loading}</p>;
    case "problem":
      return (
        <Notice tone="warning">
          {common.recordProblem[reading.problem.code]}
        </Notice>
      );
    case "open":
      return <>{children(reading)}</>;
  }
}
