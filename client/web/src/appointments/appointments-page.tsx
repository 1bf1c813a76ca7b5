/** A day of appointments, of every clinic that this device holds. SPEC AP-32. */
import { useState } from "react";

import { appointment, mayCreate } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useNow } from "../app/use-now.ts";
import { useTitle } from "../app/use-title.ts";
import { useText } from "../text/use-text.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { MayHaveMore } from "../ui/may-have-more.tsx";
import { Notice } from "../ui/notice.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { AppointmentRow } from "./appointment-row.tsx";
import { dayStartOf, daysAfter, dayText } from "./local-day.ts";
import { useDay } from "./use-day.ts";

export function AppointmentsPage() {
  const { appointments, common } = useText();
  const { roles } = useMe();
  const nowMs = useNow();
  // Days from today, so that at midnight "today" goes on.
  const [offset, setOffset] = useState(0);
  const startMs = daysAfter(dayStartOf(nowMs), offset);
  const day = useDay(startMs, daysAfter(startMs, 1));
  const { rows, isLoading, hasFailed } = day;
  useTitle(appointments.title);
  return (
    <>
      <div className="page-head">
        <h1>
          {offset === 0 ? `${appointments.today}, ` : ""}
          {common.weekday(startMs)}
        </h1>
        {mayCreate(appointment, roles) && (
          <ButtonLink
            to={`/appointments/new?date=${dayText(startMs)}`}
            look="primary"
          >
            <Icon name="plus" />
            {appointments.book}
          </ButtonLink>
        )}
      </div>
      <div className="day-steps no-print">
        <Button onPress={() => setOffset(offset - 1)}>
          {appointments.previous}
        </Button>
        {offset !== 0 && (
          <Button onPress={() => setOffset(0)}>{appointments.today}</Button>
        )}
        <Button onPress={() => setOffset(offset + 1)}>
          {appointments.next}
        </Button>
      </div>
      {hasFailed && <Notice tone="danger">{common.storeFailed}</Notice>}
      {rows.length === 0 && isLoading && (
        <p className="loading">{common.loading}</p>
      )}
      {rows.length === 0 && !isLoading && !hasFailed && (
        <EmptyState title={appointments.none}>
          <p>{appointments.noneBody}</p>
        </EmptyState>
      )}
      <VirtualList
        label={appointments.title}
        items={rows}
        keyOf={({ record }) => record.id}
        rowHeightPx={132}
        renderItem={(row) => <AppointmentRow row={row} />}
      />
      <MayHaveMore list={day} />
    </>
  );
}
