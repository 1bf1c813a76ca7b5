/** Finding a patient among those on this device, with or without a network. SPEC AP-20 to AP-22. */
import { useCallback, useState } from "react";

import { mayCreate, patient } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useNow } from "../app/use-now.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { ButtonLink } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { PatientRow } from "./patient-row.tsx";
import { useFoundPatients } from "./use-found-patients.ts";

export function PatientsPage() {
  const { common, patients } = useText();
  const { roles } = useMe();
  const nowMs = useNow();
  const [typed, setTyped] = useState("");
  const found = useFoundPatients(typed);
  const { rows, isLoading, hasFailed, isPartial } = found;
  // Another function once there are other rows: a list that is still short asks again.
  const showMore = useCallback(
    () => found.showMore(),
    [rows.length, isPartial],
  );
  useTitle(patients.title);
  return (
    <>
      <div className="page-head">
        <h1>{patients.title}</h1>
        {mayCreate(patient, roles) && (
          <ButtonLink to="/patients/new">{patients.register}</ButtonLink>
        )}
      </div>
      <div className="search">
        <TextField
          label={patients.search}
          hint={patients.searchHint}
          type="search"
          value={typed}
          onChange={setTyped}
        />
      </div>
      {hasFailed && <Notice tone="danger">{common.storeFailed}</Notice>}
      {rows.length === 0 && isLoading && (
        <p className="loading">{common.loading}</p>
      )}
      {rows.length === 0 && !isLoading && !hasFailed && (
        <EmptyState title={typed === "" ? patients.noneYet : patients.noMatch}>
          <p>{typed === "" ? patients.noneYetBody : patients.noMatchBody}</p>
        </EmptyState>
      )}
      <VirtualList
        label={patients.title}
        items={rows}
        keyOf={({ record }) => record.id}
        rowHeightPx={84}
        isPartial={isPartial}
        onReachEnd={showMore}
        renderItem={(row) => <PatientRow row={row} nowMs={nowMs} />}
      />
    </>
  );
}
