/** Equipment by name, found by its name, numbers and place, with whether it may be used. SPEC AP-50. */
import { memo, useState } from "react";
import { Link } from "wouter";

import type { equipment } from "@suture/schema";
import {
  useClient,
  useRecordList,
  type ShownRecord,
} from "@suture/client/react";

import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Notice } from "../ui/notice.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { TextField } from "../ui/text-field.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { FitnessLabel } from "./fitness-label.tsx";

type EquipmentRow = ShownRecord<typeof equipment>;

const pageLength = 100;

export function EquipmentListPage() {
  const text = useText().equipment;
  const { common } = useText();
  const [matching, setMatching] = useState("");
  const [limit, setLimit] = useState(pageLength);
  useTitle(text.title);
  const { rows, isLoading, hasFailed, mayHaveMore } = useRecordList(
    useClient().equipment,
    { matching: matching.trim(), limit },
  );
  const isEmpty = rows.length === 0 && !isLoading && !hasFailed;
  return (
    <>
      <h1>{text.title}</h1>
      <div role="search" className="equipment-search">
        <TextField
          label={text.search}
          type="search"
          value={matching}
          onChange={(value) => {
            setMatching(value);
            setLimit(pageLength);
          }}
          autoComplete="off"
        />
      </div>
      {hasFailed && <Notice tone="danger">{common.storeFailed}</Notice>}
      {isLoading && rows.length === 0 && (
        <p className="loading">{common.loading}</p>
      )}
      {isEmpty && (
        <EmptyState title={matching.trim() === "" ? text.empty : text.noMatch}>
          <p>{text.noMatchBody}</p>
        </EmptyState>
      )}
      <div aria-busy={isLoading}>
        <VirtualList
          label={text.title}
          items={rows}
          keyOf={({ record }) => record.id}
          rowHeightPx={132}
          isPartial={mayHaveMore}
          onReachEnd={() => {
            if (mayHaveMore && !isLoading) setLimit(limit + pageLength);
          }}
          renderItem={(row) => <EquipmentCard row={row} />}
        />
      </div>
    </>
  );
}

const EquipmentCard = memo(function EquipmentCard({
  row: { record, snapshot, status },
}: {
  readonly row: EquipmentRow;
}) {
  const text = useText().equipment;
  const { deviceName, serialNumber, locationText } = snapshot.fields;
  return (
    <Link href={`/equipment/${record.id}`} className="card job-card">
      <span className="job-card-title">{deviceName ?? text.unnamed}</span>
      <FitnessLabel reading={snapshot.group("fitness")} />
      <span className="muted">
        {[
          serialNumber === undefined ? null : text.serial(serialNumber),
          locationText,
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <StatusLabel status={status} />
    </Link>
  );
});
