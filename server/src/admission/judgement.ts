/** What the steps of admission hand each other: who pushed, and what a step found wrong. */
import { err } from "@suture/schema";
import type {
  ChangeHash,
  DecodedChange,
  DeviceId,
  PersonId,
  RecordId,
  RefusalCode,
  Role,
} from "@suture/schema";

/** Already authenticated by the gateway. */
export interface Author {
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
}

/** Who pushed a change, and which member of this organization that is: null for a stranger. */
export interface Pusher extends Author {
  readonly memberId: RecordId | null;
}

export interface PushedChange {
  readonly recordId: RecordId;
  readonly bytes: Uint8Array;
  /** The refused change of the same record that this one says again; set by this server only, never from a message. */
  readonly adopts?: AdoptedChange;
}

export interface AdoptedChange {
  readonly hash: ChangeHash;
  readonly pushedBy: Signer;
  readonly reason: string;
}

/** A pushed change that could be read. */
export interface ReadChange extends PushedChange {
  readonly change: DecodedChange;
}

/** Under whose name a change is admitted: the pusher's, or the first author's of one that is brought back. */
export interface Signer {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
}

/** What a member may do now, and where. */
export interface Standing {
  readonly roles: ReadonlySet<Role>;
  readonly teamIds: ReadonlySet<RecordId>;
  readonly isActive: boolean;
}

/** `reason` is a sentence for people that names fields, never values. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: string;
  /** The change that is here, with the same actor and sequence, from the same device. */
  readonly equivocates?: ChangeHash;
}

export function refuse(
  code: RefusalCode,
  reason: string,
): { readonly ok: false; readonly error: Refusal } {
  return err({ code, reason });
}

/** Whether the pusher knows of a change anyhow: as the member who pushed it, or because it came from the same device. */
export function isOwn(
  row: {
    readonly memberId: RecordId | null;
    readonly deviceId: DeviceId;
  },
  { memberId, deviceId }: Pusher,
): boolean {
  return row.memberId === memberId || row.deviceId === deviceId;
}
