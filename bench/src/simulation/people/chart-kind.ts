/** A record type as people work with it: opening its records, and what is written in them. */
import type { EditSession, SutureRecord } from "@suture/client";
import { unfinished } from "@suture/client/testing";
import {
  appointment,
  equipment,
  member,
  patient,
  serviceJob,
  type GroupName,
  type RecordType,
} from "@suture/schema";

import { appointmentWriting } from "./appointment-writing.ts";
import type { Desk } from "./desk.ts";
import { equipmentWriting } from "./equipment-writing.ts";
import type { Chart, ChartType, Hospital } from "./hospital.ts";
import { memberWriting } from "./member-writing.ts";
import { SessionForm, type OpenForm } from "./open-form.ts";
import { patientWriting } from "./patient-writing.ts";
import { RecordReview, type ReviewInHand } from "./review-in-hand.ts";
import { serviceJobWriting } from "./service-job-writing.ts";
import type { WayToWrite } from "./way-to-write.ts";

/** Each answers undefined where the app does not show it: the record is not here, there is no conflict, the disk fails. */
export interface ChartKind {
  readonly type: RecordType;
  openForm(desk: Desk, chart: Chart): Promise<OpenForm | undefined>;
  openReview(
    desk: Desk,
    chart: Chart,
    group: string,
  ): Promise<ReviewInHand | undefined>;
  /** A form on one candidate of the group's conflict. */
  openCandidate(
    desk: Desk,
    chart: Chart,
    group: string,
  ): Promise<OpenForm | undefined>;
}

export function chartKinds(
  hospital: Pick<Hospital, "people" | "nowMs">,
): Readonly<Record<ChartType, ChartKind>> {
  return {
    patient: chartKind(patient, patientWriting),
    appointment: chartKind(appointment, appointmentWriting(hospital)),
    equipment: chartKind(equipment, equipmentWriting),
    serviceJob: chartKind(serviceJob, serviceJobWriting),
    member: chartKind(member, memberWriting(hospital)),
  };
}

function chartKind<R extends RecordType>(
  type: R,
  ways: readonly WayToWrite<R>[],
): ChartKind {
  return {
    type,

    async openForm(desk, chart) {
      const record = await findRecord(desk, type, chart);
      if (record === undefined) return undefined;
      const session = await desk.attempt(() => record.edit());
      return session === unfinished ? undefined : formOf(desk, chart, session);
    },

    async openReview(desk, chart, group) {
      const record = await findRecord(desk, type, chart);
      if (record === undefined || !isGroupOf(type, group)) return undefined;
      const review = record.review(group);
      return review === null
        ? undefined
        : new RecordReview(desk, chart, type, record, review);
    },

    async openCandidate(desk, chart, group) {
      const record = await findRecord(desk, type, chart);
      if (record === undefined || !isGroupOf(type, group)) return undefined;
      const reading = record.group(group);
      if (reading.status !== "conflict") return undefined;
      const { opId } = desk.house.pen.random.pick(reading.candidates);
      const session = await desk.attempt(() =>
        record.editCandidate(group, opId),
      );
      return session === unfinished || !session.ok
        ? undefined
        : formOf(desk, chart, session.value);
    },
  };

  /** Undefined where nobody has the device any more. */
  function formOf(
    desk: Desk,
    chart: Chart,
    session: EditSession<R>,
  ): OpenForm | undefined {
    return desk.person === undefined
      ? undefined
      : new SessionForm(desk, chart, { type, ways }, session);
  }
}

async function findRecord<R extends RecordType>(
  desk: Desk,
  type: R,
  { recordId }: Chart,
): Promise<SutureRecord<R> | undefined> {
  const { client, person } = desk;
  if (client === undefined || person === undefined) return undefined;
  const found = await desk.attempt(() => client.records(type).get(recordId));
  if (found === unfinished || desk.client !== client) return undefined;
  if (found.ok) return found.value;
  desk.house.run.tally.count(`told:${found.error.code}`);
  return undefined;
}

function isGroupOf<R extends RecordType>(
  type: R,
  name: string,
): name is GroupName<R> {
  return Object.hasOwn(type.groups, name);
}
