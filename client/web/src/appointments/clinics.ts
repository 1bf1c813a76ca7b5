import type { team, Membership, RecordId } from "@suture/schema";
import {
  useClient,
  useConnection,
  useRecordList,
  type ShownRecord,
} from "@suture/client/react";

import { useMe } from "../app/use-me.ts";

export interface Clinic {
  readonly id: RecordId;
  readonly name: string;
  readonly shown: ShownRecord<typeof team>;
}

export interface Clinics {
  /** Of which the person is a member: their bookings are on this device. */
  readonly own: readonly Clinic[];
  /** Of which this device never hears: only the server can check them. */
  readonly others: readonly Clinic[];
  /** Whether the own ones are as the server has them now. */
  readonly isUpToDate: boolean;
  /** When they last were; null for never. */
  readonly caughtUpAtMs: number | null;
}

/** Which clinics there are, and which of them this device has heard from, and when. SPEC AP-34. */
export function useClinics(): Clinics {
  const { membership } = useMe();
  const { rows } = useRecordList(useClient().teams, { limit: 500 });
  const { state, caughtUpAtMs } = useConnection();
  const clinics = rows
    .filter(({ snapshot }) => snapshot.fields.kind === "clinic")
    .map((shown) => ({
      id: shown.record.id,
      name: shown.snapshot.fields.name ?? "",
      shown,
    }));
  const isOwn = ({ id }: Clinic) => isMemberOf(membership, id);
  return {
    own: clinics.filter(isOwn),
    others: clinics.filter((clinic) => !isOwn(clinic)),
    isUpToDate: state === "up-to-date",
    caughtUpAtMs,
  };
}

function isMemberOf(membership: Membership | null, teamId: RecordId): boolean {
  return membership?.teamIds.includes(teamId) ?? false;
}
